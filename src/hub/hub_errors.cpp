#include "hub/hub_errors.hpp"

#include "hub/model_store.hpp"
#include "net/masked.hpp"

namespace akidb::embedding::hub {
namespace {

std::string header(const net::HttpResponse& response, std::string_view name) {
  const std::string* const value = response.find(name);
  return value == nullptr ? std::string() : *value;
}

std::string named(const Question& question) { return "model \"" + question.model + "\""; }

Error gated(const Question& question, std::string detail) {
  return {ErrorCode::unauthenticated,
          named(question) + " is gated: accept its terms on " + question.endpoint + "/" + question.model +
              (!question.token.empty() ? " with the account that the token of " + question.token_from + " belongs to"
                                       : ", then set HF_TOKEN to a token of that account"),
          std::move(detail),
          {}};
}

Error wrong_token(const Question& question, std::string detail) {
  return {ErrorCode::unauthenticated,
          "the hub does not accept the token of " + question.token_from + ": set HF_TOKEN to another one (made on " +
              question.endpoint + "/settings/tokens), or unset it",
          std::move(detail),
          {}};
}

// The hub does not tell a repository that is private from one that is not there.
Error no_repository(const Question& question, std::string detail) {
  std::string message = "the hub has no " + named(question) + ": check the spelling";
  message += !question.token.empty() ? "; where it is private, the token of " + question.token_from + " may not read it"
                                     : "; where it is private, set HF_TOKEN";
  return {ErrorCode::not_found, std::move(message), std::move(detail), {}};
}

Error not_there(const Question& question, const std::string& code, std::string detail) {
  if (code == "RevisionNotFound") {
    return {ErrorCode::not_found,
            named(question) + " has no revision \"" + question.revision + "\"",
            std::move(detail),
            {}};
  }
  if (!question.file.empty()) {
    return {ErrorCode::not_found,
            named(question) + " has no file \"" + question.file + "\" at this revision",
            std::move(detail),
            {}};
  }
  return no_repository(question, std::move(detail));
}

Error busy(const net::HttpResponse& response, std::string detail) {
  std::string message = "the hub has had too many requests from here";
  if (response.retry_after) {
    message += ": it asks to come again in " + std::to_string(response.retry_after->count()) + " s";
  } else {
    message += ": try again later";
  }
  return {ErrorCode::resource_exhausted, std::move(message), std::move(detail), {}};
}

}  // namespace

Error status_error(const net::HttpResponse& response, const Question& question) {
  const std::string code = net::masked(header(response, "x-error-code"), question.token, "[token]");
  const std::string words = net::masked(header(response, "x-error-message"), question.token, "[token]");
  std::string detail = "HTTP status " + std::to_string(response.status);
  if (!code.empty()) detail += ", " + code;
  if (!words.empty()) detail += ": " + words.substr(0, 300);

  if (code == "GatedRepo") return gated(question, std::move(detail));
  if (response.status == 401 && !question.token.empty() && code != "RepoNotFound") {
    return wrong_token(question, std::move(detail));
  }
  if (response.status == 401 || code == "RepoNotFound") return no_repository(question, std::move(detail));
  if (response.status == 403) {
    return {ErrorCode::unauthenticated,
            "the hub does not give " + named(question) + " to " +
                (!question.token.empty() ? "the token of " + question.token_from : "who shows no token: set HF_TOKEN"),
            std::move(detail),
            {}};
  }
  if (response.status == 404 || response.status == 410) return not_there(question, code, std::move(detail));
  if (response.status == 429) return busy(response, std::move(detail));
  if (response.status >= 500 || is_passing(response.status)) {
    return {ErrorCode::unavailable,
            "the hub is in trouble: it answers with status " + std::to_string(response.status),
            std::move(detail),
            {}};
  }
  return {ErrorCode::data_corrupt,
          "expected the hub's answer, found status " + std::to_string(response.status) +
              ": does HF_ENDPOINT, or a proxy, lead to the hub?",
          std::move(detail),
          {}};
}

bool is_passing(int status) noexcept {
  return status == 408 || status == 429 || status == 500 || status == 502 || status == 503 || status == 504;
}

Error with_other_ways(Error error, const std::string& model) {
  if (error.code != ErrorCode::unavailable) return error;
  error.message += model == kDefaultModel
                       ? "; run scripts/setup.sh (or make run), which brings " + model + " without the hub"
                       : "; give the path of the model's folder, or set HF_ENDPOINT to a hub that "
                         "can be reached";
  return error;
}

}  // namespace akidb::embedding::hub

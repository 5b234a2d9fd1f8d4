#include <algorithm>
#include <string>

#include "fuzz/bodies.hpp"
#include "hub/file_choice.hpp"
#include "hub/repository.hpp"

namespace akidb::embedding::test {
namespace {

using hub::Repository;

const std::string kIndex = "model.safetensors.index.json";

const Repository& known() {
  static const Repository repository{std::string(40, 'a'),
                                     {{"config.json", {}, 0},
                                      {"model-00001-of-00002.safetensors", {}, 0},
                                      {"model-00002-of-00002.safetensors", {}, 0}}};
  return repository;
}

std::string check_error(const Error& error, std::string_view name) {
  if (!error.message.starts_with(name)) return "an error that does not name the document: " + error.message;
  return error.code == ErrorCode::data_corrupt ? "" : "code: " + to_string(error);
}

std::string check_choice(const Repository& repository) {
  for (const bool runs : {false, true}) {
    const hub::WeightsWish wish{.runs_from_safetensors = runs};
    const auto chosen = hub::choose_weights(repository, {"", {"1_Pooling"}}, wish, {});
    if (chosen && chosen->main == nullptr) return "weights without a file";
    if (!chosen && chosen.error().code != ErrorCode::not_found && chosen.error().code != ErrorCode::invalid_argument) {
      return "code: " + to_string(chosen.error());
    }
  }
  return {};
}

std::string check_repository(std::string_view bytes) {
  const auto repository = hub::parse_repository(bytes);
  if (!repository) return check_error(repository.error(), "the hub's answer");
  if (repository->commit.size() != 40 || !hub::is_blob_name(repository->commit)) return "a commit that is none";
  for (std::size_t i = 0; i < repository->files.size(); ++i) {
    const auto& file = repository->files[i];
    if (!hub::is_safe_path(file.path)) return "a path that leads out: " + file.path;
    if (!file.blob.empty() && !hub::is_blob_name(file.blob)) return "a name that no blob has: " + file.blob;
    if (i > 0 && repository->files[i - 1].path >= file.path) return file.path + " is out of order";
    if (repository->find(file.path) != &file) return file.path + " is not found";
  }
  return check_choice(*repository);
}

std::string check_modules(std::string_view bytes) {
  const auto folders = hub::read_module_folders(bytes);
  if (!folders) return check_error(folders.error(), "modules.json");
  auto all = folders->others;
  if (!folders->transformer.empty()) all.push_back(folders->transformer);
  return std::ranges::all_of(all, hub::is_safe_path) ? "" : "a folder that leads out";
}

std::string check_index(std::string_view bytes) {
  const auto shards = hub::read_shards(bytes, kIndex, known());
  if (!shards) return check_error(shards.error(), kIndex);
  return shards->size() <= 2 ? "" : "a file twice";
}

}  // namespace

std::string fuzz_hub_answer(std::string_view bytes) {
  for (auto* const check : {check_repository, check_modules, check_index}) {
    if (auto problem = check(bytes); !problem.empty()) return problem;
  }
  return {};
}

}  // namespace akidb::embedding::test

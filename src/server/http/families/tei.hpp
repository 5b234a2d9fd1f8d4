// What the files of TEI's routes share.
#pragma once

#include <optional>

#include "server/http/families/embed_route.hpp"
#include "server/http/json/object_reader.hpp"

namespace akidb::embedding::server {

// How TEI's requests say what becomes of a long text.
struct TeiTruncation {
  std::optional<bool> truncate;
  std::size_t side = 0;

  void read(ObjectReader& in) {
    in.boolean("truncate", truncate);
    in.choice("truncation_direction", {"right", "left"}, side);
  }
  [[nodiscard]] Truncation value(const Exchange& exchange) const {
    return truncation_of(exchange.options, truncate, side == 1);
  }
};

// x-compute-time and its sisters, all of them measured.
void add_tei_fields(const BatchEmbeddingResponse& vectors, std::size_t characters, Response& response);

// The body as a JSON value; nothing, and the exchange answered, where it is none.
std::optional<JsonElement> parse_or_refuse(const ExchangePtr& exchange);

// The same of the beginning of the body.
std::optional<JsonElement> parse_or_refuse(const ExchangePtr& exchange, std::string_view json);

// Refuses a request that does not come as far as run_embed(), which counts for TEI's metrics as well.
void refuse_counted(const ExchangePtr& exchange, bool is_batch, const Refusal& refusal);

// The fields of an /embed request; a refusal where they are wrong.
std::optional<Refusal> read_tei_embed(const Exchange& exchange, const JsonElement& root, EmbedCall& call,
                                      std::string place = {});

}  // namespace akidb::embedding::server

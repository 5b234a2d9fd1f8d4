#include "cli/commands/quantize_report.hpp"

#include "cli/output/json_object.hpp"
#include "cli/output/json_text.hpp"
#include "cli/terminal/meter.hpp"

namespace akidb::embedding::cli {

std::string quantize_table(const QuantizeReport& report) {
  const auto& quality = report.quality;
  std::string out = "graph       " + report.graph.string() + "\n";
  out += "size        " + grouped(report.bytes) + " bytes, float32 " + grouped(report.bytes_float32) + " (" +
         fixed(static_cast<double>(report.bytes) / static_cast<double>(report.bytes_float32), 2) + "x)\n";
  if (report.linear_layers > 0) {
    out += "quantised   " + grouped(report.linear_layers) + " layers, " + grouped(report.tables) +
           " tables, weights of " + (report.reduced_range ? "7" : "8") + " bits\n";
  }
  out += "texts       " + grouped(quality.texts) + "\n";
  out += "cosine      least " + fixed(quality.least_cosine, 6) + ", 1 % " + fixed(quality.cosine_p1, 6) + ", median " +
         fixed(quality.cosine_p50, 6) + ", mean " + fixed(quality.mean_cosine, 6) + "\n";
  out += "difference  at most " + fixed(quality.largest_difference, 6) + "\n";
  out += "neighbours  " + fixed(100 * quality.neighbor_overlap, 1) + " % of the ten nearest stay\n";
  if (quality.spearman && quality.spearman_float32) {
    out += "spearman    " + fixed(*quality.spearman, 4) + ", float32 " + fixed(*quality.spearman_float32, 4) + "\n";
  } else if (!quality.no_spearman_why.empty()) {
    out += "spearman    none: " + quality.no_spearman_why + "\n";
  }
  out += "speed       " + rate_text(quality.texts_per_second) + " texts/s, float32 " +
         rate_text(quality.texts_per_second_float32) + "\n";
  return out;
}

std::string quantize_json(const QuantizeReport& report) {
  const auto& quality = report.quality;
  return JsonObject()
             .add("graph", report.graph.string())
             .add("bytes", report.bytes)
             .add("bytes_float32", report.bytes_float32)
             .add("linear_layers", report.linear_layers)
             .add("tables", report.tables)
             .add("reduced_range", report.reduced_range)
             .add("texts", quality.texts)
             .add("least_cosine", quality.least_cosine, 9)
             .add("cosine_p1", quality.cosine_p1, 9)
             .add("cosine_p50", quality.cosine_p50, 9)
             .add("mean_cosine", quality.mean_cosine, 9)
             .add("largest_difference", quality.largest_difference, 9)
             .add("neighbor_overlap", quality.neighbor_overlap, 6)
             .add("spearman", quality.spearman, 6)
             .add("spearman_float32", quality.spearman_float32, 6)
             .add_or_null("no_spearman_why", quality.no_spearman_why)
             .add("texts_per_second", quality.texts_per_second, 1)
             .add("texts_per_second_float32", quality.texts_per_second_float32, 1)
             .text() +
         "\n";
}

}  // namespace akidb::embedding::cli

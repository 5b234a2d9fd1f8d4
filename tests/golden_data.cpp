#include "golden_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <limits>
#include <string_view>
#include <utility>

#include "base/json.hpp"

namespace akidb::embedding::test {
namespace {

using base::JsonDocument;
using base::JsonValue;

const std::filesystem::path kFolder = std::filesystem::path(AKIDB_EMBEDDING_TEST_DATA) / "golden";

[[noreturn]] void give_up(const std::string& problem) {
  std::cerr << "tests/data/golden: " << problem << '\n';
  std::exit(EXIT_FAILURE);
}

template <class T>
T must(Result<T> result) {
  if (!result) give_up(to_string(result.error()));
  return std::move(*result);
}

std::vector<std::string> read_lines(std::string_view name) {
  std::ifstream in(kFolder / name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (lines.empty()) give_up(std::string(name) + " is missing or empty");
  return lines;
}

std::vector<float> read_floats(std::string_view name, std::size_t rows) {
  std::vector<float> values(rows * kGoldenDimension);
  std::ifstream in(kFolder / name, std::ios::binary);
  const auto bytes = static_cast<std::streamsize>(values.size() * sizeof(float));
  if (!in.read(reinterpret_cast<char*>(values.data()), bytes) || in.peek() != std::ifstream::traits_type::eof()) {
    give_up(std::string(name) + " has not " + std::to_string(rows) + " rows");
  }
  return values;
}

std::string text_of(const JsonValue& line) { return std::string(must(must(line.at("text")).as_string())); }

std::uint32_t uint_of(const Result<JsonValue>& value) {
  if (!value) give_up(to_string(value.error()));
  return static_cast<std::uint32_t>(must(value->as_uint()));
}

std::vector<JsonValue> elements(const JsonValue& array) {
  std::vector<JsonValue> found;
  const auto done = array.for_each_element([&](std::size_t, const JsonValue& value) -> Result<void> {
    found.push_back(value);
    return {};
  });
  if (!done) give_up(to_string(done.error()));
  return found;
}

std::vector<GoldenText> read_texts() {
  const auto lines = read_lines("texts.jsonl");
  const auto values = read_floats("vectors.f32", lines.size());
  std::vector<GoldenText> texts;
  for (std::size_t index = 0; index < lines.size(); ++index) {
    const auto document = must(JsonDocument::parse(lines[index], "texts.jsonl"));
    const auto line = document.root();
    const auto row = std::span(values).subspan(index * kGoldenDimension, kGoldenDimension);
    texts.push_back({.group = std::string(must(must(line.at("group")).as_string())),
                     .text = text_of(line),
                     .tokens = uint_of(line.at("tokens")),
                     .truncated_tokens = uint_of(line.at("truncated_tokens")),
                     .vector = {row.begin(), row.end()}});
  }
  return texts;
}

std::vector<GoldenTokens> read_tokens() {
  std::vector<GoldenTokens> texts;
  std::size_t rows = 0;
  for (const auto& content : read_lines("tokenwise.jsonl")) {
    const auto document = must(JsonDocument::parse(content, "tokenwise.jsonl"));
    GoldenTokens text{.text = text_of(document.root()), .ids = {}, .byte_offsets = {}, .rows = {}};
    for (const auto& id : elements(must(document.root().at("ids")))) text.ids.push_back(uint_of(id));
    for (const auto& offset : elements(must(document.root().at("byte_offsets")))) {
      const auto pair = elements(offset);
      text.byte_offsets.emplace_back(uint_of(pair.at(0)), uint_of(pair.at(1)));
    }
    rows += text.ids.size();
    texts.push_back(std::move(text));
  }
  const auto values = read_floats("tokenwise.f32", rows);
  auto at = values.begin();
  for (auto& text : texts) {
    const auto end = at + static_cast<std::ptrdiff_t>(text.ids.size() * kGoldenDimension);
    text.rows.assign(at, end);
    at = end;
  }
  return texts;
}

}  // namespace

const std::vector<GoldenText>& golden_texts() {
  static const auto texts = read_texts();
  return texts;
}

const std::vector<GoldenTokens>& golden_tokens() {
  static const auto texts = read_tokens();
  return texts;
}

const GoldenText& golden(const std::string& text) {
  const auto found = std::ranges::find(golden_texts(), text, &GoldenText::text);
  if (found == golden_texts().end()) give_up("no golden of \"" + text + '"');
  return *found;
}

float largest_difference(std::span<const float> a, std::span<const float> b) {
  if (a.size() != b.size()) return std::numeric_limits<float>::infinity();
  float largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const float difference = std::abs(a[i] - b[i]);
    if (!(difference <= largest)) largest = difference;  // NaN stays
  }
  return largest;
}

double cosine(std::span<const float> a, std::span<const float> b) {
  double dot = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    dot += double{a[i]} * double{b[i]};
    aa += double{a[i]} * double{a[i]};
    bb += double{b[i]} * double{b[i]};
  }
  return dot / std::sqrt(aa * bb);
}

}  // namespace akidb::embedding::test

#include "pipeline/admission.hpp"

#include <string>

namespace akidb::embedding::pipeline {

Result<void> Admission::admit(std::size_t sequences, std::size_t tokens) {
  const std::lock_guard lock(mutex_);
  const bool fits = sequences_ + sequences <= bounds_.sequences && tokens_ + tokens <= bounds_.tokens;
  if (!fits && sequences_ != 0) {
    return Error{ErrorCode::resource_exhausted,
                 "the queue is full: " + std::to_string(sequences_) + " of " + std::to_string(bounds_.sequences) +
                     " sequences and " + std::to_string(tokens_) + " of " + std::to_string(bounds_.tokens) +
                     " tokens wait; try again later",
                 {},
                 {}};
  }
  sequences_ += sequences;
  tokens_ += tokens;
  return {};
}

void Admission::admit_anyway(std::size_t sequences, std::size_t tokens) {
  const std::lock_guard lock(mutex_);
  sequences_ += sequences;
  tokens_ += tokens;
}

void Admission::release(std::size_t sequences, std::size_t tokens) {
  const std::lock_guard lock(mutex_);
  sequences_ -= sequences;
  tokens_ -= tokens;
}

std::size_t Admission::free_sequences() const {
  const std::lock_guard lock(mutex_);
  return sequences_ >= bounds_.sequences ? 0 : bounds_.sequences - sequences_;
}

}  // namespace akidb::embedding::pipeline

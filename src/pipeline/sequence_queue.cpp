#include "pipeline/sequence_queue.hpp"

#include <algorithm>
#include <iterator>
#include <new>
#include <utility>

namespace akidb::embedding::pipeline {

namespace {

// For one more, before it leaves where it is.
void make_room(std::vector<Sequence>& sequences) {
  if (sequences.size() == sequences.capacity()) sequences.reserve(std::max<std::size_t>(8, 2 * sequences.capacity()));
}

}  // namespace

void SequenceQueue::push(const std::shared_ptr<Slice>& slice, TimePoint now) {
  const auto& request = slice->job->request();
  auto& lane = lanes_[static_cast<std::size_t>(request.priority)];
  const auto line = line_of(lane, request.caller, now);
  std::uint32_t pushed = 0;
  try {
    for (; pushed < slice->sequences(); ++pushed) append(lane, line, Sequence{slice, pushed});
  } catch (const std::bad_alloc&) {
    if (line->nodes.empty()) end(lane, line);
    for (; pushed > 0; --pushed) take(lane, std::prev(line->nodes.end()));  // ends the line where it was all of it
    throw;
  }
  if (line->nodes.empty()) end(lane, line);
}

std::list<SequenceQueue::Line>::iterator SequenceQueue::line_of(Lane& lane, const std::string& caller, TimePoint now) {
  if (const auto found = lane.by_caller.find(caller); found != lane.by_caller.end()) return found->second;
  std::list<Line> line;
  line.push_back({caller, {}});
  lane.by_caller.emplace(caller, line.begin());
  if (lane.lines.empty()) lane.last_served = now;
  lane.lines.splice(lane.lines.end(), line);
  return std::prev(lane.lines.end());
}

void SequenceQueue::append(Lane& lane, std::list<Line>::iterator line, Sequence sequence) {
  const auto length = sequence.length();
  std::list<Node> node;
  node.push_back({std::move(sequence), line, {}});
  std::list<std::list<Node>::iterator> place;
  place.push_back(node.begin());
  node.front().in_length = place.begin();
  auto& same_length = lane.by_length[length];  // the last that may fail: none of them is ever empty
  same_length.splice(same_length.end(), place);
  line->nodes.splice(line->nodes.end(), node);
  tokens_ += length;
  ++size_;
}

void SequenceQueue::end(Lane& lane, std::list<Line>::iterator line) noexcept {
  lane.by_caller.erase(line->caller);
  lane.lines.erase(line);
}

SequenceQueue::Lane* SequenceQueue::lane_to_serve(TimePoint now) {
  auto& interactive = lanes_[static_cast<std::size_t>(Priority::interactive)];
  auto& bulk = lanes_[static_cast<std::size_t>(Priority::bulk)];
  if (bulk.lines.empty()) return interactive.lines.empty() ? nullptr : &interactive;
  if (interactive.lines.empty()) return &bulk;
  return now - bulk.last_served >= rules_.bulk_age_limit ? &bulk : &interactive;
}

Unit SequenceQueue::pop(TimePoint now, std::size_t target_tokens, std::vector<Sequence>& dead) {
  Unit unit;
  make_room(unit.sequences);
  while (Lane* const lane = lane_to_serve(now)) {
    if (!find_leader(*lane, now, dead)) continue;
    lane->last_served = now;
    const auto line = lane->lines.begin();
    lane->lines.splice(lane->lines.end(), lane->lines, line);
    const auto length = line->nodes.front().sequence.length();
    unit.sequences.push_back(take(*lane, line->nodes.begin()));
    unit.tokens = length;
    try {
      if (rules_.equal_lengths) {
        fill_with_length(*lane, length, target_tokens, now, unit, dead);
      } else {
        fill_in_turn(*lane, target_tokens, now, unit, dead);
      }
    } catch (const std::bad_alloc&) {
      return unit;  // as far as the memory went
    }
    break;
  }
  return unit;
}

bool SequenceQueue::find_leader(Lane& lane, TimePoint now, std::vector<Sequence>& dead) {
  while (!lane.lines.empty()) {
    const auto leader = lane.lines.front().nodes.begin();
    if (!leader->sequence.job().is_dead(now)) return true;
    make_room(dead);
    dead.push_back(take(lane, leader));
  }
  return false;
}

void SequenceQueue::fill_with_length(Lane& lane, std::uint32_t length, std::size_t target_tokens, TimePoint now,
                                     Unit& unit, std::vector<Sequence>& dead) {
  while (unit.tokens + length <= target_tokens) {
    const auto same_length = lane.by_length.find(length);
    if (same_length == lane.by_length.end()) return;
    const auto next = same_length->second.front();
    if (next->sequence.job().is_dead(now)) {
      make_room(dead);
      dead.push_back(take(lane, next));
      continue;
    }
    make_room(unit.sequences);
    unit.tokens += length;
    unit.sequences.push_back(take(lane, next));
  }
}

void SequenceQueue::fill_in_turn(Lane& lane, std::size_t target_tokens, TimePoint now, Unit& unit,
                                 std::vector<Sequence>& dead) {
  while (find_leader(lane, now, dead)) {
    const auto next = lane.lines.front().nodes.begin();
    const auto length = next->sequence.length();
    if (unit.tokens + length > target_tokens) return;
    make_room(unit.sequences);
    unit.tokens += length;
    // Before it is taken: a line that runs empty ends, and then the first is another's.
    lane.lines.splice(lane.lines.end(), lane.lines, lane.lines.begin());
    unit.sequences.push_back(take(lane, next));
  }
}

Sequence SequenceQueue::take(Lane& lane, std::list<Node>::iterator node) noexcept {
  const auto line = node->line;
  const auto length = node->sequence.length();
  const auto same_length = lane.by_length.find(length);
  same_length->second.erase(node->in_length);
  if (same_length->second.empty()) lane.by_length.erase(same_length);
  Sequence sequence = std::move(node->sequence);
  line->nodes.erase(node);
  if (line->nodes.empty()) end(lane, line);
  tokens_ -= length;
  --size_;
  return sequence;
}

void SequenceQueue::remove_dead(TimePoint now, std::vector<Sequence>& dead) {
  for (auto& lane : lanes_) {
    for (auto line = lane.lines.begin(); line != lane.lines.end();) {
      // take() ends the line together with its last node.
      const auto current = line++;
      auto left = current->nodes.size();
      for (auto node = current->nodes.begin(); left != 0; --left) {
        const auto candidate = node++;
        if (!candidate->sequence.job().is_dead(now)) continue;
        make_room(dead);
        dead.push_back(take(lane, candidate));
      }
    }
  }
}

bool SequenceQueue::is_alike() const noexcept {
  if (!lanes_[0].lines.empty() && !lanes_[1].lines.empty()) return false;
  return !rules_.equal_lengths || lanes_[0].by_length.size() + lanes_[1].by_length.size() <= 1;
}

std::optional<Sequence> SequenceQueue::remove_one() noexcept {
  for (auto& lane : lanes_) {
    if (!lane.lines.empty()) return take(lane, lane.lines.front().nodes.begin());
  }
  return std::nullopt;
}

}  // namespace akidb::embedding::pipeline

#include "pipeline/sequence_queue.hpp"

#include <utility>

namespace akidb::embedding::pipeline {

void SequenceQueue::push(const std::shared_ptr<Slice>& slice, TimePoint now) {
  const auto& request = slice->job->request();
  auto& lane = lanes_[static_cast<std::size_t>(request.priority)];
  if (lane.lines.empty()) lane.last_served = now;
  auto [entry, is_new] = lane.by_caller.try_emplace(request.caller);
  if (is_new) entry->second = lane.lines.insert(lane.lines.end(), Line{request.caller, {}});
  const auto line = entry->second;
  for (std::uint32_t at = 0; at < slice->sequences(); ++at) {
    const auto node = line->nodes.insert(line->nodes.end(), Node{Sequence{slice, at}, line, {}});
    auto& same_length = lane.by_length[slice->length(at)];
    node->in_length = same_length.insert(same_length.end(), node);
    tokens_ += slice->length(at);
    ++size_;
  }
  if (line->nodes.empty()) {
    lane.by_caller.erase(entry);
    lane.lines.erase(line);
  }
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
  while (Lane* const lane = lane_to_serve(now)) {
    if (!find_leader(*lane, now, dead)) continue;
    lane->last_served = now;
    const auto line = lane->lines.begin();
    lane->lines.splice(lane->lines.end(), lane->lines, line);
    const auto length = line->nodes.front().sequence.length();
    unit.sequences.push_back(take(*lane, line->nodes.begin()));
    unit.tokens = length;
    if (rules_.equal_lengths) {
      fill_with_length(*lane, length, target_tokens, now, unit, dead);
    } else {
      fill_in_turn(*lane, target_tokens, now, unit, dead);
    }
    break;
  }
  return unit;
}

bool SequenceQueue::find_leader(Lane& lane, TimePoint now, std::vector<Sequence>& dead) {
  while (!lane.lines.empty()) {
    const auto leader = lane.lines.front().nodes.begin();
    if (!leader->sequence.job().is_dead(now)) return true;
    dead.push_back(take(lane, leader));
  }
  return false;
}

void SequenceQueue::fill_with_length(Lane& lane, std::uint32_t length, std::size_t target_tokens, TimePoint now,
                                     Unit& unit, std::vector<Sequence>& dead) {
  while (unit.tokens + length <= target_tokens) {
    const auto same_length = lane.by_length.find(length);
    if (same_length == lane.by_length.end()) return;
    auto sequence = take(lane, same_length->second.front());
    if (sequence.job().is_dead(now)) {
      dead.push_back(std::move(sequence));
      continue;
    }
    unit.tokens += length;
    unit.sequences.push_back(std::move(sequence));
  }
}

void SequenceQueue::fill_in_turn(Lane& lane, std::size_t target_tokens, TimePoint now, Unit& unit,
                                 std::vector<Sequence>& dead) {
  while (find_leader(lane, now, dead)) {
    const auto next = lane.lines.front().nodes.begin();
    const auto length = next->sequence.length();
    if (unit.tokens + length > target_tokens) return;
    unit.tokens += length;
    // Before it is taken: a line that runs empty ends, and then the first is another's.
    lane.lines.splice(lane.lines.end(), lane.lines, lane.lines.begin());
    unit.sequences.push_back(take(lane, next));
  }
}

Sequence SequenceQueue::take(Lane& lane, std::list<Node>::iterator node) {
  const auto line = node->line;
  const auto length = node->sequence.length();
  const auto same_length = lane.by_length.find(length);
  same_length->second.erase(node->in_length);
  if (same_length->second.empty()) lane.by_length.erase(same_length);
  Sequence sequence = std::move(node->sequence);
  line->nodes.erase(node);
  if (line->nodes.empty()) {
    lane.by_caller.erase(line->caller);
    lane.lines.erase(line);
  }
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
        if (candidate->sequence.job().is_dead(now)) dead.push_back(take(lane, candidate));
      }
    }
  }
}

void SequenceQueue::remove_all(std::vector<Sequence>& all) {
  for (auto& lane : lanes_) {
    while (!lane.lines.empty()) all.push_back(take(lane, lane.lines.front().nodes.begin()));
  }
}

}  // namespace akidb::embedding::pipeline

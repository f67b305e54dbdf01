// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/visible_devices.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>
#include <set>
#include <string_view>

namespace diffjoule::sensors {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string> entries(std::string_view list) {
  std::vector<std::string> found;
  for (;;) {
    const std::size_t comma = list.find(',');
    found.emplace_back(trimmed(list.substr(0, comma)));
    if (comma == std::string_view::npos) return found;
    list.remove_prefix(comma + 1);
  }
}

bool begins_with(std::string_view whole, std::string_view beginning) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  };
  return whole.size() >= beginning.size() && std::equal(beginning.begin(), beginning.end(), whole.begin(), same);
}

std::vector<std::size_t> in_bus_order(std::span<const PresentGpu> present) {
  std::vector<std::size_t> order(present.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const std::string &left = present[a].bus_id, &right = present[b].bus_id;
    return left.size() != right.size() ? left.size() < right.size() : left < right;  // long domains come last
  });
  return order;
}

// Why the index of a card does not follow from its place on the bus; empty where it does.
std::string index_doubt(std::span<const PresentGpu> present, const std::optional<std::string>& order) {
  if (std::any_of(present.begin(), present.end(), [](const PresentGpu& gpu) { return !gpu.slices.empty(); }))
    return "with MIG on, CUDA counts slices as well";
  if (order == "PCI_BUS_ID") return "";
  const auto other_model = [&](const PresentGpu& gpu) { return gpu.name != present.front().name; };
  if (std::any_of(present.begin(), present.end(), other_model))
    return "CUDA counts from the fastest of these different models, which the driver's library cannot tell";
  return "";
}

// One entry of the list, looked up. Without `gpu` the list ends here, and `problem` says why.
struct Entry {
  std::optional<std::size_t> gpu = std::nullopt;
  std::string slice = {};
  bool by_index = false;
  std::string problem = {};
};

class Lookup {
 public:
  explicit Lookup(std::span<const PresentGpu> present) : present_(present), bus_order_(in_bus_order(present)) {}

  [[nodiscard]] Entry find(const std::string& text) const {
    if (begins_with(text, "MIG-GPU-")) return of_old_slice(text);
    if (begins_with(text, "MIG-")) return of_slice(text);
    if (begins_with(text, "GPU-")) return of_uuid(text);
    return of_index(text);
  }

 private:
  [[nodiscard]] Entry of_uuid(std::string_view beginning) const {
    Entry entry;
    for (std::size_t i = 0; i < present_.size(); ++i) {
      if (!begins_with(present_[i].uuid, beginning)) continue;
      if (entry.gpu) return {.problem = "several GPUs have a UUID that begins so"};
      entry.gpu = i;
    }
    if (!entry.gpu) entry.problem = "no GPU here has a UUID that begins so";
    return entry;
  }

  [[nodiscard]] Entry of_slice(std::string_view beginning) const {
    Entry entry;
    for (std::size_t i = 0; i < present_.size(); ++i) {
      for (const std::string& slice : present_[i].slices) {
        if (!begins_with(slice, beginning)) continue;
        if (entry.gpu) return {.problem = "several MIG slices have a UUID that begins so"};
        entry.gpu = i;
        entry.slice = slice;
      }
    }
    if (!entry.gpu) entry.problem = "no MIG slice here has a UUID that begins so";
    return entry;
  }

  // MIG-GPU-<UUID of the GPU>/<GPU instance>/<compute instance>, of drivers before 470.
  [[nodiscard]] Entry of_old_slice(const std::string& text) const {
    Entry entry = of_uuid(std::string_view(text).substr(4, text.find('/') - 4));
    if (entry.gpu) entry.slice = text;
    return entry;
  }

  [[nodiscard]] Entry of_index(const std::string& text) const {
    long long index = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
    if (error != std::errc{} || end != text.data() + text.size()) return {.problem = "neither an index nor a UUID"};
    if (index < 0 || index >= static_cast<long long>(bus_order_.size()))
      return {.problem = "no GPU has that index, of " + std::to_string(bus_order_.size())};
    return {.gpu = bus_order_[static_cast<std::size_t>(index)], .by_index = true};
  }

  std::span<const PresentGpu> present_;
  std::vector<std::size_t> bus_order_;
};

}  // namespace

VisibleGpus visible_gpus(std::span<const PresentGpu> present, const std::optional<std::string>& visible,
                         const std::optional<std::string>& order) {
  VisibleGpus result;
  std::vector<std::size_t> all(present.size());
  std::iota(all.begin(), all.end(), std::size_t{0});
  if (!visible || present.empty()) return {.gpus = all};

  const std::string said = "CUDA_VISIBLE_DEVICES=" + *visible;
  if (trimmed(*visible).empty()) return {.gpus = {}, .notes = {said + " is empty: it hides all GPUs from CUDA"}};
  const Lookup lookup(present);
  std::set<std::size_t> chosen;
  bool by_index = false;
  for (const std::string& text : entries(*visible)) {
    const Entry entry = lookup.find(text);
    if (!entry.gpu) {
      result.notes.push_back(said + ": \"" + text + "\": " + entry.problem + "; CUDA sees only what stands before it");
      break;
    }
    const bool again = !chosen.insert(*entry.gpu).second;
    if (again && entry.slice.empty())
      result.notes.push_back(said + " names a GPU twice (\"" + text +
                             "\"), which CUDA may refuse: it is measured once");
    by_index = by_index || entry.by_index;
    if (!entry.slice.empty()) result.slices[*entry.gpu].push_back(entry.slice);
  }
  result.gpus.assign(chosen.begin(), chosen.end());
  if (by_index && chosen.size() < present.size()) {
    if (const std::string doubt = index_doubt(present, order); !doubt.empty()) {
      result.gpus = all;
      result.notes.push_back(said + " is ambiguous: " + doubt + ". All " + std::to_string(all.size()) +
                             " GPUs are measured; name them by UUID, or set CUDA_DEVICE_ORDER=PCI_BUS_ID");
    } else if (order != "PCI_BUS_ID") {
      result.notes.push_back(said + ": cards of one model are assumed to be counted along the PCI bus");
    }
  }
  if (result.gpus.size() < present.size())
    result.notes.push_back(said + " hides " + std::to_string(present.size() - result.gpus.size()) + " of " +
                           std::to_string(present.size()) + " GPUs: they are not measured");
  return result;
}

}  // namespace diffjoule::sensors

// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/safetensors.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "diffjoule/io/file.h"
#include "diffjoule/io/file_head.h"
#include "diffjoule/io/json.h"

namespace diffjoule::checkpoint {
namespace {

constexpr std::uint64_t length_bytes = 8;

struct Type {
  std::string_view name;
  std::uint64_t bytes;
};
constexpr std::array<Type, 17> types{{{"F64", 8},
                                      {"F32", 4},
                                      {"F16", 2},
                                      {"BF16", 2},
                                      {"F8_E4M3", 1},
                                      {"F8_E5M2", 1},
                                      {"F8_E8M0", 1},
                                      {"I64", 8},
                                      {"I32", 4},
                                      {"I16", 2},
                                      {"I8", 1},
                                      {"U64", 8},
                                      {"U32", 4},
                                      {"U16", 2},
                                      {"U8", 1},
                                      {"BOOL", 1},
                                      {"C64", 8}}};

auto refuse(const std::string& why) { return fail(ErrorCode::invalid_data, "safetensors header: " + why); }

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = length_bytes; i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

struct Range {
  std::uint64_t begin, end;
};

std::string kind_of(const simdjson::dom::element& value) {
  switch (value.type()) {
    case simdjson::dom::element_type::ARRAY:
      return "an array";
    case simdjson::dom::element_type::OBJECT:
      return "an object";
    case simdjson::dom::element_type::STRING:
      return "a text";
    case simdjson::dom::element_type::INT64:
    case simdjson::dom::element_type::UINT64:
      return "an integer";
    case simdjson::dom::element_type::DOUBLE:
      return "a real number";
    case simdjson::dom::element_type::BOOL:
      return "a boolean";
    case simdjson::dom::element_type::NULL_VALUE:
      return "null";
  }
  return "nothing";
}

// What an entry says, as far as it is of the right kinds.
struct Entry {
  std::optional<std::string_view> dtype;
  std::optional<simdjson::dom::array> shape;
  std::vector<std::int64_t> offsets;
  std::string repeated;  // a key that is there twice
};

Entry entry_of(const simdjson::dom::object& members) {
  Entry entry;
  bool dtype = false, shape = false, offsets = false;
  const auto once = [&entry](bool& seen, std::string_view key) {
    if (std::exchange(seen, true)) entry.repeated = std::string(key);
  };
  for (const auto [key, value] : members) {
    if (key == "dtype") {
      once(dtype, key);
      if (std::string_view text; value.get(text) == simdjson::SUCCESS) entry.dtype = text;
    } else if (key == "shape") {
      once(shape, key);
      if (simdjson::dom::array extents; value.get(extents) == simdjson::SUCCESS) entry.shape = extents;
    } else if (key == "data_offsets") {
      once(offsets, key);
      simdjson::dom::array ends;
      if (value.get(ends) != simdjson::SUCCESS) continue;
      for (const simdjson::dom::element end : ends) {
        std::int64_t n = -1;
        entry.offsets.push_back(end.get(n) == simdjson::SUCCESS ? n : -1);
      }
    }
  }
  return entry;
}

Result<StoredTensor> read_tensor(std::string_view name, const simdjson::dom::element& element, std::uint64_t data_bytes,
                                 Range& range) {
  const auto bad = [&name](const std::string& why) { return refuse("tensor \"" + std::string(name) + "\": " + why); };
  simdjson::dom::object members;
  if (element.get(members) != simdjson::SUCCESS) return bad("expected dtype, shape and two data_offsets");
  const Entry entry = entry_of(members);
  if (!entry.repeated.empty()) return bad("the key \"" + entry.repeated + "\" twice in one object");
  if (!entry.dtype || !entry.shape || entry.offsets.size() != 2)
    return bad("expected dtype, shape and two data_offsets");
  StoredTensor t{std::string(name), {}, {}, 0, 0};
  for (const simdjson::dom::element extent : *entry.shape) {
    std::int64_t n = 0;
    if (extent.get(n) != simdjson::SUCCESS) return bad("its shape has " + kind_of(extent) + ", expected whole numbers");
    t.shape.push_back(n);
  }
  auto elements = elements_of(t.shape);
  if (!elements) return forward(elements, "safetensors tensor \"" + t.name + "\"");
  const auto* type = std::find_if(types.begin(), types.end(), [&](const Type& k) { return k.name == *entry.dtype; });
  if (type == types.end()) return bad("unknown dtype \"" + std::string(*entry.dtype) + "\"");
  const std::int64_t begin = entry.offsets[0], end = entry.offsets[1];
  if (begin < 0 || end < begin || static_cast<std::uint64_t>(end) > data_bytes)
    return bad("its data_offsets are not inside the file's " + std::to_string(data_bytes) + " bytes of data");
  range = {static_cast<std::uint64_t>(begin), static_cast<std::uint64_t>(end)};
  t.type = {std::string(type->name), 1, type->bytes};
  t.elements = *elements;
  t.bytes = range.end - range.begin;
  if (t.elements > t.bytes || t.elements * type->bytes != t.bytes)
    return bad("its shape has " + std::to_string(t.elements) + " elements of " + std::to_string(type->bytes) +
               " bytes, its range " + std::to_string(t.bytes) + " bytes");
  return t;
}

Status read_metadata(const simdjson::dom::element& element, Header& header) {
  simdjson::dom::object members;
  if (element.get(members) != simdjson::SUCCESS)
    return refuse("__metadata__ is " + kind_of(element) + ", expected an object");
  for (const auto [key, value] : members) {
    if (std::string_view text; value.get(text) == simdjson::SUCCESS) header.metadata[std::string(key)] = text;
  }
  return {};
}

// Neither one name twice nor one byte in two tensors.
Status check_apart(const Header& header, std::vector<std::pair<Range, std::size_t>> ranges) {
  std::unordered_set<std::string_view> names(header.tensors.size());
  for (const StoredTensor& t : header.tensors) {
    if (!names.insert(t.name).second) return refuse("the key \"" + t.name + "\" twice in one object");
  }
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) { return a.first.begin < b.first.begin; });
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first.begin < ranges[i - 1].first.end)
      return refuse("tensors \"" + header.tensors[ranges[i - 1].second].name + "\" and \"" +
                    header.tensors[ranges[i].second].name + "\" overlap");
  }
  return {};
}

}  // namespace

Result<Header> parse_safetensors(std::string_view bytes, std::uint64_t file_bytes) {
  if (bytes.size() < length_bytes)
    return refuse("the file has " + std::to_string(bytes.size()) + " bytes, fewer than its length field");
  const std::uint64_t length = little_endian(bytes);
  if (length > longest_header || length > file_bytes - length_bytes || length > bytes.size() - length_bytes)
    return refuse("it claims " + std::to_string(length) + " bytes; the file has " + std::to_string(file_bytes) +
                  " and headers end at " + std::to_string(longest_header));
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (const auto error = parser.parse(bytes.data() + length_bytes, length).get(root); error != simdjson::SUCCESS)
    return refuse(std::string("JSON: ") + simdjson::error_message(error));
  simdjson::dom::object members;
  if (root.get(members) != simdjson::SUCCESS) return refuse("found " + kind_of(root) + ", expected an object");
  Header header;
  header.tensors.reserve(members.size());
  std::vector<std::pair<Range, std::size_t>> ranges;
  ranges.reserve(members.size());
  for (const auto [name, entry] : members) {
    if (name == "__metadata__") {
      if (auto status = read_metadata(entry, header); !status) return forward(status);
      continue;
    }
    Range range{};
    auto tensor = read_tensor(name, entry, file_bytes - length_bytes - length, range);
    if (!tensor) return forward(tensor);
    if (range.end > range.begin) ranges.emplace_back(range, header.tensors.size());
    header.tensors.push_back(std::move(*tensor));
  }
  if (auto apart = check_apart(header, std::move(ranges)); !apart) return forward(apart);
  return header;
}

Result<Header> read_safetensors(const std::string& path) {
  auto head = io::read_head(path, length_bytes);
  if (!head) return forward(head);
  if (head->bytes.size() == length_bytes) {
    const std::uint64_t length = std::min(little_endian(head->bytes), longest_header);
    head = io::read_head(path, length_bytes + length);
    if (!head) return forward(head);
  }
  auto header = parse_safetensors(head->bytes, head->file_bytes);
  if (!header) return forward(header, path);
  return header;
}

Result<Header> read_sharded_safetensors(const std::string& index_path) {
  auto index = io::read_file(index_path).and_then([](const std::string& text) { return io::parse_json(text); });
  if (!index) return forward(index, index_path);
  const io::Document* map = index->find("weight_map");
  if (map == nullptr || map->object() == nullptr)
    return fail(ErrorCode::invalid_data, index_path + ": expected an object \"weight_map\" of tensors and files");
  std::set<std::string> shards;
  for (const auto& [tensor, file] : *map->object()) {
    if (file.text() == nullptr || file.text()->find('/') != std::string::npos)
      return fail(ErrorCode::invalid_data, index_path + ": tensor \"" + tensor + "\" names no file beside the index");
    shards.insert(*file.text());
  }
  Header whole;
  for (const std::string& shard : shards) {
    auto part = read_safetensors((std::filesystem::path(index_path).parent_path() / shard).string());
    if (!part) return forward(part, index_path);
    whole.tensors.insert(whole.tensors.end(), part->tensors.begin(), part->tensors.end());
    whole.metadata.merge(part->metadata);
  }
  return whole;
}

}  // namespace diffjoule::checkpoint

// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/safetensors.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

#include "diffjoule/io/file.h"
#include "diffjoule/io/file_head.h"
#include "diffjoule/io/json.h"

namespace diffjoule::checkpoint {
namespace {

using io::Document;

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

// What an entry says, as far as it is of the right kinds.
struct Entry {
  const std::string* dtype = nullptr;
  const Document::Array* shape = nullptr;
  std::vector<std::int64_t> offsets;
};

Entry entry_of(const Document::Object& members) {
  Entry entry;
  for (const auto& [key, value] : members) {
    if (key == "dtype") {
      entry.dtype = value.text();
    } else if (key == "shape") {
      entry.shape = value.array();
    } else if (key == "data_offsets" && value.array() != nullptr) {
      for (const Document& end : *value.array())
        entry.offsets.push_back(end.integer() != nullptr ? *end.integer() : -1);
    }
  }
  return entry;
}

Result<StoredTensor> read_tensor(const std::string& name, const Document& element, std::uint64_t data_bytes,
                                 Range& range) {
  const auto bad = [&name](const std::string& why) { return refuse("tensor \"" + name + "\": " + why); };
  if (element.object() == nullptr) return bad("expected dtype, shape and two data_offsets");
  const Entry entry = entry_of(*element.object());
  if (entry.dtype == nullptr || entry.shape == nullptr || entry.offsets.size() != 2)
    return bad("expected dtype, shape and two data_offsets");
  StoredTensor t{name, {}, {}, 0, 0};
  for (const Document& extent : *entry.shape) {
    if (extent.integer() == nullptr) return bad("its shape has " + extent.kind() + ", expected whole numbers");
    t.shape.push_back(*extent.integer());
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

Status read_metadata(const Document& element, Header& header) {
  if (element.object() == nullptr) return refuse("__metadata__ is " + element.kind() + ", expected an object");
  for (const auto& [key, value] : *element.object()) {
    if (value.text() != nullptr) header.metadata[key] = *value.text();
  }
  return {};
}

// No byte in two tensors.
Status check_apart(const Header& header, std::vector<std::pair<Range, std::size_t>> ranges) {
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
  auto root = io::parse_json(bytes.substr(length_bytes, length));
  if (!root) return forward(root, "safetensors header: JSON");
  if (root->object() == nullptr) return refuse("found " + root->kind() + ", expected an object");
  const Document::Object& members = *root->object();
  Header header;
  header.tensors.reserve(members.size());
  std::vector<std::pair<Range, std::size_t>> ranges;
  ranges.reserve(members.size());
  for (const auto& [name, entry] : members) {
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

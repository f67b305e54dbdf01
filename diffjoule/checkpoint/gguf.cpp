// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/gguf.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "diffjoule/io/file_head.h"

namespace diffjoule::checkpoint {
namespace {

struct BlockType {
  std::uint32_t number;
  std::string_view name;
  std::uint64_t elements, bytes;
};
// ggml's types by their number in the file.
constexpr std::array<BlockType, 28> block_types{
    {{0, "F32", 1, 4},         {1, "F16", 1, 2},         {2, "Q4_0", 32, 18},      {3, "Q4_1", 32, 20},
     {6, "Q5_0", 32, 22},      {7, "Q5_1", 32, 24},      {8, "Q8_0", 32, 34},      {9, "Q8_1", 32, 36},
     {10, "Q2_K", 256, 84},    {11, "Q3_K", 256, 110},   {12, "Q4_K", 256, 144},   {13, "Q5_K", 256, 176},
     {14, "Q6_K", 256, 210},   {15, "Q8_K", 256, 292},   {16, "IQ2_XXS", 256, 66}, {17, "IQ2_XS", 256, 74},
     {18, "IQ3_XXS", 256, 98}, {19, "IQ1_S", 256, 50},   {20, "IQ4_NL", 32, 18},   {21, "IQ3_S", 256, 110},
     {22, "IQ2_S", 256, 82},   {23, "IQ4_XS", 256, 136}, {24, "I8", 1, 1},         {25, "I16", 1, 2},
     {26, "I32", 1, 4},        {27, "I64", 1, 8},        {28, "F64", 1, 8},        {30, "BF16", 1, 2}}};

constexpr std::string_view real_shape_key = "comfy.gguf.orig_shape.";
constexpr std::uint32_t text_type = 8, array_type = 9;
constexpr std::array<std::uint64_t, 13> value_bytes{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};  // by type; 0: see above

// Reads little-endian values; the first that is not there makes it `cut`.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  T number() {
    T value{};
    if (!has(sizeof(T))) return value;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      value = static_cast<T>(value |
                             static_cast<T>(static_cast<T>(static_cast<unsigned char>(bytes_[at_ + i])) << (8 * i)));
    at_ += sizeof(T);
    return value;
  }
  std::string text() {
    const auto length = number<std::uint64_t>();
    if (!has(length)) return {};
    std::string value(bytes_.substr(at_, static_cast<std::size_t>(length)));
    at_ += static_cast<std::size_t>(length);
    return value;
  }
  void skip(std::uint64_t bytes) {
    if (has(bytes)) at_ += static_cast<std::size_t>(bytes);
  }
  [[nodiscard]] bool cut() const { return cut_; }
  [[nodiscard]] std::uint64_t left() const { return bytes_.size() - at_; }
  [[nodiscard]] std::uint64_t at() const { return at_; }

 private:
  bool has(std::uint64_t bytes) {
    if (bytes > left()) cut_ = true;
    return !cut_;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool cut_ = false;
};

auto refuse(const std::string& why) { return fail(ErrorCode::invalid_data, "GGUF header: " + why); }
auto more() { return fail(ErrorCode::unavailable, "GGUF header: it is cut off"); }

struct RealShape {
  std::string tensor;
  std::vector<std::int64_t> shape;
};

Status read_array(Reader& r, const std::string& key, std::vector<RealShape>& shapes) {
  const auto type = r.number<std::uint32_t>();
  const auto count = r.number<std::uint64_t>();
  if (r.cut()) return more();
  if (type > 12 || type == array_type) return refuse("key \"" + key + "\" is an array of type " + std::to_string(type));
  if (type == text_type) {
    for (std::uint64_t i = 0; i < count && !r.cut(); ++i) r.skip(r.number<std::uint64_t>());
    return {};
  }
  if (count > longest_header) return refuse("key \"" + key + "\" claims " + std::to_string(count) + " values");
  constexpr std::uint32_t int32 = 5;
  constexpr std::uint64_t most_extents = 8;
  if (key.starts_with(real_shape_key) && type == int32 && count <= most_extents) {
    RealShape real{key.substr(real_shape_key.size()), {}};
    for (std::uint64_t i = 0; i < count; ++i)
      real.shape.push_back(std::bit_cast<std::int32_t>(r.number<std::uint32_t>()));
    shapes.push_back(std::move(real));
    return {};
  }
  r.skip(count * value_bytes[type]);
  return {};
}

Status read_metadata(Reader& r, std::uint64_t pairs, Header& header, std::vector<RealShape>& shapes) {
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const std::string key = r.text();
    const auto type = r.number<std::uint32_t>();
    if (r.cut()) return more();
    if (type > 12) return refuse("key \"" + key + "\" has the unknown type " + std::to_string(type));
    if (type == array_type) {
      if (auto status = read_array(r, key, shapes); !status) return status;
    } else if (type == text_type) {
      header.metadata[key] = r.text();
    } else if (value_bytes[type] == 4) {
      header.metadata[key] = std::to_string(r.number<std::uint32_t>());
    } else {
      r.skip(value_bytes[type]);
    }
    if (r.cut()) return more();
  }
  return {};
}

struct Placed {
  StoredTensor tensor;
  std::uint64_t offset = 0;
};

Result<Placed> read_tensor(Reader& r) {
  Placed p;
  p.tensor.name = r.text();
  const auto dimensions = r.number<std::uint32_t>();
  if (r.cut()) return more();
  constexpr std::uint32_t most_dimensions = 8;
  const std::string& name = p.tensor.name;
  if (dimensions > most_dimensions)
    return refuse("tensor \"" + name + "\" has " + std::to_string(dimensions) + " dimensions");
  for (std::uint32_t i = 0; i < dimensions; ++i)
    p.tensor.shape.insert(p.tensor.shape.begin(), std::bit_cast<std::int64_t>(r.number<std::uint64_t>()));
  const auto type = r.number<std::uint32_t>();
  p.offset = r.number<std::uint64_t>();
  if (r.cut()) return more();
  const auto* known =
      std::find_if(block_types.begin(), block_types.end(), [type](const BlockType& b) { return b.number == type; });
  if (known == block_types.end()) return refuse("tensor \"" + name + "\" has the unknown type " + std::to_string(type));
  auto elements = elements_of(p.tensor.shape);
  if (!elements) return forward(elements, "GGUF tensor \"" + name + "\"");
  p.tensor.type = {std::string(known->name), known->elements, known->bytes};
  p.tensor.elements = *elements;
  if (*elements % known->elements != 0 || *elements / known->elements > (~0ULL >> 16U))
    return refuse("tensor \"" + name + "\" of " + std::to_string(*elements) + " elements is no whole number of blocks");
  p.tensor.bytes = *elements / known->elements * known->bytes;
  return p;
}

}  // namespace

Result<Header> parse_gguf(std::string_view bytes, std::uint64_t file_bytes) {
  Reader r(bytes);
  constexpr std::uint32_t magic = 0x46554747;  // "GGUF"
  if (r.number<std::uint32_t>() != magic) return refuse("the file does not begin with GGUF");
  const auto version = r.number<std::uint32_t>();
  if (version != 2 && version != 3) return refuse("version " + std::to_string(version) + "; versions 2 and 3 are read");
  const auto tensors = r.number<std::uint64_t>(), pairs = r.number<std::uint64_t>();
  if (r.cut()) return more();
  constexpr std::uint64_t least_entry = 12;  // bytes of an entry with an empty name
  if (tensors > file_bytes / least_entry || pairs > file_bytes / least_entry)
    return refuse("it claims " + std::to_string(tensors) + " tensors and " + std::to_string(pairs) +
                  " keys; the file has " + std::to_string(file_bytes) + " bytes");
  Header header;
  header.format = Header::Format::gguf;
  std::vector<RealShape> shapes;
  if (auto status = read_metadata(r, pairs, header, shapes); !status) return forward(status);
  std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
  for (std::uint64_t i = 0; i < tensors; ++i) {
    auto placed = read_tensor(r);
    if (!placed) return forward(placed);
    if (placed->tensor.bytes > file_bytes || placed->offset > file_bytes - placed->tensor.bytes)
      return refuse("tensor \"" + placed->tensor.name + "\" lies beyond the end of the file");
    ranges.emplace_back(placed->offset, placed->offset + placed->tensor.bytes);
    header.tensors.push_back(std::move(placed->tensor));
  }
  std::sort(ranges.begin(), ranges.end());
  for (std::size_t i = 1; i < ranges.size(); ++i) {
    if (ranges[i].first < ranges[i - 1].second) return refuse("two tensors overlap");
  }
  for (const RealShape& real : shapes) {
    for (StoredTensor& t : header.tensors) {
      auto elements = elements_of(real.shape);
      if (t.name == real.tensor && elements && *elements == t.elements) t.shape = real.shape;
    }
  }
  return header;
}

Result<Header> read_gguf(const std::string& path) {
  for (std::uint64_t most = 1U << 20U;; most *= 4) {
    auto head = io::read_head(path, most);
    if (!head) return forward(head);
    auto header = parse_gguf(head->bytes, head->file_bytes);
    const bool whole = most >= head->file_bytes || most > longest_header;
    if (header || header.error().code() != ErrorCode::unavailable || whole) {
      if (!header) return forward(header, path);
      return header;
    }
  }
}

}  // namespace diffjoule::checkpoint

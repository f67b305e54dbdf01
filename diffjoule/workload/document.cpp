// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/workload/document.h"

#include <charconv>
#include <utility>
#include <vector>

#include "diffjoule/error/suggest.h"
#include "diffjoule/io/json.h"

namespace diffjoule {
namespace {

using io::Document;

template <class T>
using Named = std::vector<std::pair<const char*, T>>;

const Named<StepCache::Kind>& cache_kinds() {
  static const Named<StepCache::Kind> kinds{{"whole", StepCache::Kind::whole},
                                            {"first-block", StepCache::Kind::first_block},
                                            {"deep", StepCache::Kind::deep}};
  return kinds;
}

const Named<Parallelism::Scheme>& schemes() {
  using Scheme = Parallelism::Scheme;
  static const Named<Scheme> all{{"none", Scheme::none},       {"data", Scheme::data}, {"cfg", Scheme::guidance},
                                 {"ulysses", Scheme::ulysses}, {"ring", Scheme::ring}, {"tensor", Scheme::tensor}};
  return all;
}

template <class T>
const char* name_in(const Named<T>& names, T value) {
  for (const auto& [name, member] : names) {
    if (member == value) return name;
  }
  return "";
}

Error unfit(const Document& found, const char* wanted) {
  const std::string* text = found.text();
  return {ErrorCode::invalid_argument,
          "found " + (text != nullptr ? "\"" + *text + "\"" : found.kind()) + ", " + wanted + " is meant"};
}

template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Status put(std::int64_t& target, const Document& value) {
  if (const std::int64_t* whole = value.integer()) {
    target = *whole;
    return {};
  }
  const auto parsed = value.text() != nullptr ? number_in<std::int64_t>(*value.text()) : std::nullopt;
  if (!parsed) return tl::unexpected<Error>(unfit(value, "a whole number"));
  target = *parsed;
  return {};
}

Status put(double& target, const Document& value) {
  if (value.is_number()) {
    target = value.number();
    return {};
  }
  const auto parsed = value.text() != nullptr ? number_in<double>(*value.text()) : std::nullopt;
  if (!parsed) return tl::unexpected<Error>(unfit(value, "a number"));
  target = *parsed;
  return {};
}

Status put(bool& target, const Document& value) {
  if (const bool* truth = value.boolean()) {
    target = *truth;
    return {};
  }
  const std::string text = value.text() != nullptr ? *value.text() : "";
  if (text != "yes" && text != "no" && text != "true" && text != "false")
    return tl::unexpected<Error>(unfit(value, "yes or no"));
  target = text == "yes" || text == "true";
  return {};
}

Status put(std::string& target, const Document& value) {
  if (value.text() == nullptr) return tl::unexpected<Error>(unfit(value, "a name"));
  target = *value.text();
  return {};
}

template <class T>
Status put(std::optional<T>& target, const Document& value) {
  return put(target.emplace(), value);
}

Status put(std::optional<DType>& target, const Document& value) {
  const auto dtype = value.text() != nullptr ? dtype_named(*value.text()) : std::nullopt;
  if (!dtype) return tl::unexpected<Error>(unfit(value, "a number format such as bf16"));
  target = dtype;
  return {};
}

Status put(WeightFormat& target, const Document& value) {
  const auto format = value.text() != nullptr ? weight_format_named(*value.text()) : std::nullopt;
  if (!format) return tl::unexpected<Error>(unfit(value, "a format of weights such as q4_k"));
  target = *format;
  return {};
}

template <class T>
Status choose(T& target, const Named<T>& names, const Document& value) {
  for (const auto& [name, member] : names) {
    if (value.text() != nullptr && *value.text() == name) {
      target = member;
      return {};
    }
  }
  std::string all;
  for (const auto& [name, member] : names) all += (all.empty() ? "" : ", ") + std::string(name);
  return tl::unexpected<Error>(unfit(value, ("one of " + all).c_str()));
}

Document of(std::int64_t value) { return value; }
Document of(double value) { return value; }
Document of(bool value) { return value; }
Document of(const std::string& value) { return value; }
Document of(DType value) { return name(value); }
Document of(WeightFormat value) { return block_of(value).name; }
template <class T>
Document of(const std::optional<T>& value) {
  return value ? of(*value) : Document();
}

// One member: how it is read and written.
struct Member {
  const char* name;
  Status (*put)(Workload&, const Document&);
  Document (*of)(const Workload&);
};

template <auto Pointer>
Member plain(const char* name) {
  return {name, [](Workload& w, const Document& value) { return put(w.*Pointer, value); },
          [](const Workload& w) { return of(w.*Pointer); }};
}

StepCache& cache(Workload& w) { return w.step_cache ? *w.step_cache : w.step_cache.emplace(StepCache{{}, 0.5}); }
HighResolution& enlarged(Workload& w) { return w.high_resolution ? *w.high_resolution : w.high_resolution.emplace(); }

const std::vector<Member>& members() {
  static const std::vector<Member> all{
      plain<&Workload::model>("model"),
      plain<&Workload::width>("width"),
      plain<&Workload::height>("height"),
      plain<&Workload::frames>("frames"),
      plain<&Workload::steps>("steps"),
      plain<&Workload::batch>("batch"),
      plain<&Workload::guidance>("guidance"),
      plain<&Workload::classifier_free>("cfg"),
      plain<&Workload::text_tokens>("text_tokens"),
      plain<&Workload::dtype>("dtype"),
      plain<&Workload::images_per_prompt>("images_per_prompt"),
      plain<&Workload::scheduler>("scheduler"),
      plain<&Workload::strength>("strength"),
      plain<&Workload::inpaint>("inpaint"),
      plain<&Workload::guidance_from>("guidance_from"),
      plain<&Workload::guidance_to>("guidance_to"),
      plain<&Workload::negative_text_tokens>("negative_tokens"),
      {"step_cache", [](Workload& w, const Document& v) { return choose(cache(w).kind, cache_kinds(), v); },
       [](const Workload& w) {
         return w.step_cache ? Document(name_in(cache_kinds(), w.step_cache->kind)) : Document();
       }},
      {"cache_skip", [](Workload& w, const Document& v) { return put(cache(w).skipped, v); },
       [](const Workload& w) { return w.step_cache ? Document(w.step_cache->skipped) : Document(); }},
      plain<&Workload::token_merge>("token_merge"),
      plain<&Workload::lora_rank>("lora_rank"),
      plain<&Workload::lora_everywhere>("lora_everywhere"),
      plain<&Workload::control_networks>("controlnets"),
      plain<&Workload::t2i_adapters>("t2i_adapters"),
      plain<&Workload::image_prompt_tokens>("image_prompt_tokens"),
      plain<&Workload::refiner>("refiner"),
      plain<&Workload::refiner_from>("refiner_from"),
      {"hires", [](Workload& w, const Document& v) { return put(enlarged(w).scale, v); },
       [](const Workload& w) { return w.high_resolution ? Document(w.high_resolution->scale) : Document(); }},
      {"hires_strength", [](Workload& w, const Document& v) { return put(enlarged(w).strength, v); },
       [](const Workload& w) { return w.high_resolution ? Document(w.high_resolution->strength) : Document(); }},
      {"hires_steps", [](Workload& w, const Document& v) { return put(enlarged(w).steps, v); },
       [](const Workload& w) { return w.high_resolution ? of(w.high_resolution->steps) : Document(); }},
      plain<&Workload::tiled_decoding>("tiled_decode"),
      plain<&Workload::weights>("weights"),
      {"parallel", [](Workload& w, const Document& v) { return choose(w.parallelism.scheme, schemes(), v); },
       [](const Workload& w) { return Document(name_in(schemes(), w.parallelism.scheme)); }},
      {"devices", [](Workload& w, const Document& v) { return put(w.parallelism.devices, v); },
       [](const Workload& w) { return Document(w.parallelism.devices); }},
  };
  return all;
}

}  // namespace

Document to_document(const Workload& workload) {
  static const Workload standard;
  Document document = Document::Object{};
  for (const Member& member : members()) {
    Document value = member.of(workload);
    if (value != member.of(standard)) document.set(member.name, std::move(value));
  }
  return document;
}

Status set_member(Workload& workload, const std::string& name, const Document& value) {
  std::vector<std::string> known;
  for (const Member& member : members()) {
    if (name == member.name) {
      auto status = member.put(workload, value);
      if (!status) return forward(status, name);
      return {};
    }
    known.emplace_back(member.name);
  }
  return fail(ErrorCode::invalid_argument, unknown_name("member of a workload", name, known, "diffjoule count --help"));
}

Result<Workload> workload_from(const Document& document) {
  if (document.object() == nullptr)
    return fail(ErrorCode::invalid_data, "a workload is an object; found " + document.kind());
  Workload workload;
  for (const auto& [name, value] : *document.object()) {
    if (auto status = set_member(workload, name, value); !status) return forward(status, "workload");
  }
  return workload;
}

std::string canonical_key(const Workload& workload) { return io::to_json_line(to_document(workload)); }

}  // namespace diffjoule

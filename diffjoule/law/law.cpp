// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/law.h"

#include <cmath>

#include "diffjoule/law/form.h"

namespace diffjoule::law {
namespace {

using io::Document;

constexpr const char* format_name = "diffjoule-law";

Document or_null(const std::optional<double>& number) { return number ? Document(*number) : Document(); }

Document coefficients_of(const Law& law) {
  Document list = Document::Array{};
  for (const Coefficient& c : law.coefficients) {
    Document entry;
    entry.set("name", c.name).set("unit", c.unit).set("value", c.value);
    if (c.standard_error) entry.set("standard_error", *c.standard_error);
    if (c.cluster_standard_error) entry.set("cluster_standard_error", *c.cluster_standard_error);
    if (c.low) entry.set("low_95", *c.low);
    if (c.high) entry.set("high_95", *c.high);
    list.push(std::move(entry));
  }
  return list;
}

Document spread_of(const std::optional<Spread>& spread) {
  if (!spread) return {};
  Document d;
  d.set("deviation_ln", spread->deviation).set("degrees_of_freedom", spread->degrees_of_freedom);
  d.set("half_width_ln", or_null(spread->half_width));
  return d;
}

Document quality_of(const Quality& q) {
  Document d;
  d.set("r2", or_null(q.r2))
      .set("adjusted_r2", or_null(q.adjusted_r2))
      .set("residual_deviation_ln", or_null(q.residual_deviation));
  d.set("pearson", or_null(q.pearson))
      .set("spearman", or_null(q.spearman))
      .set("condition_number", or_null(q.condition_number));
  Document inflation = Document::Object{};
  for (const auto& [name, value] : q.variance_inflation) inflation.set(name, value);
  return std::move(d.set("variance_inflation", std::move(inflation)));
}

Document provenance_of(const Provenance& p) {
  Document d, data = Document::Object{}, skipped = Document::Array{};
  for (const auto& [file, rows] : p.data) data.set(file, rows);
  for (const std::string& line : p.skipped) skipped.push(line);
  d.set("program", p.program)
      .set("observations", static_cast<std::int64_t>(p.observations))
      .set("groups", static_cast<std::int64_t>(p.groups));
  return std::move(d.set("data", std::move(data)).set("notes", std::move(skipped)));
}

// Reads members and keeps the first mistake.
class Reader {
 public:
  double number(const Document& d, std::string_view key) {
    const Document* found = d.find(key);
    if (found != nullptr && found->is_number() && std::isfinite(found->number())) return found->number();
    refuse("\"" + std::string(key) + "\" is " + (found == nullptr ? "missing" : found->kind()) + ", expected a number");
    return 0.0;
  }
  std::optional<double> maybe(const Document& d, std::string_view key) {
    const Document* found = d.find(key);
    if (found == nullptr || found->is_null()) return std::nullopt;
    return number(d, key);
  }
  std::string text(const Document& d, std::string_view key) {
    const Document* found = d.find(key);
    if (found != nullptr && found->text() != nullptr) return *found->text();
    refuse("\"" + std::string(key) + "\" is " + (found == nullptr ? "missing" : found->kind()) + ", expected text");
    return {};
  }
  const Document& part(const Document& d, std::string_view key) {
    static const Document empty = Document::Object{};
    const Document* found = d.find(key);
    return found == nullptr ? empty : *found;
  }
  void refuse(std::string why) {
    if (!problem) problem = Error(ErrorCode::invalid_data, "law file: " + std::move(why));
  }
  std::optional<Error> problem;
};

std::optional<Spread> read_spread(Reader& r, const Document& root, std::string_view key) {
  const Document& d = r.part(root, key);
  if (d.object() == nullptr || d.object()->empty()) return std::nullopt;
  const Spread spread{r.number(d, "deviation_ln"), r.number(d, "degrees_of_freedom"), r.maybe(d, "half_width_ln")};
  if (!(spread.deviation >= 0.0 && spread.degrees_of_freedom > 0.0))
    r.refuse(std::string(key) + ": expected a deviation from 0 up and positive degrees of freedom");
  return spread;
}

void read_lists(Reader& r, const Document& root, Law& law) {
  if (const auto* list = r.part(root, "coefficients").array()) {
    for (const Document& c : *list) {
      law.coefficients.push_back({r.text(c, "name"), r.text(c, "unit"), r.number(c, "value"),
                                  r.maybe(c, "standard_error"), r.maybe(c, "cluster_standard_error"),
                                  r.maybe(c, "low_95"), r.maybe(c, "high_95")});
    }
  }
  if (const auto* list = r.part(root, "refused").array()) {
    for (const Document& c : *list) law.refused.push_back({r.text(c, "name"), r.text(c, "reason")});
  }
  if (const auto* list = r.part(root, "domain").array()) {
    for (const Document& a : *list) {
      law.domain.push_back({r.text(a, "axis"), r.number(a, "low"), r.number(a, "high")});
      if (!(law.domain.back().low > 0.0 && law.domain.back().high >= law.domain.back().low))
        r.refuse("domain: expected 0 < low <= high");
    }
  }
  if (const auto* list = r.part(root, "models").array()) {
    for (const Document& m : *list) {
      if (m.text() != nullptr) law.models.push_back(*m.text());
    }
  }
  if (const auto* list = r.part(root, "sources").array()) {
    for (const Document& s : *list) {
      if (s.text() != nullptr) law.sources.push_back(*s.text());
    }
  }
  if (const auto* members = r.part(root, "cards").object()) {
    for (const auto& [card, d] : *members)
      law.cards[card] = {r.number(d, "energy_ln"), r.number(d, "time_ln"), r.maybe(d, "memory_ln").value_or(0.0)};
  }
  if (const auto* members = r.part(root, "gpu_intercepts").object()) {
    for (const auto& [gpu, d] : *members) law.gpu_intercepts[gpu] = d.number();
  }
}

void read_provenance(Reader& r, const Document& root, Law& law) {
  const Document& d = r.part(root, "provenance");
  law.provenance.program = r.text(d, "program");
  law.provenance.observations = static_cast<std::size_t>(std::max(0.0, r.number(d, "observations")));
  law.provenance.groups = static_cast<std::size_t>(std::max(0.0, r.number(d, "groups")));
  if (const auto* members = r.part(d, "data").object()) {
    for (const auto& [file, rows] : *members)
      law.provenance.data.emplace_back(file, rows.text() == nullptr ? "" : *rows.text());
  }
  if (const auto* list = r.part(d, "notes").array()) {
    for (const Document& line : *list) law.provenance.skipped.push_back(line.text() == nullptr ? "" : *line.text());
  }
  const Document& q = r.part(root, "quality");
  law.quality = {r.maybe(q, "r2"),
                 r.maybe(q, "adjusted_r2"),
                 r.maybe(q, "residual_deviation_ln"),
                 r.maybe(q, "pearson"),
                 r.maybe(q, "spearman"),
                 r.maybe(q, "condition_number"),
                 {}};
  if (const auto* members = r.part(q, "variance_inflation").object()) {
    for (const auto& [name, value] : *members) law.quality.variance_inflation.emplace_back(name, value.number());
  }
}

}  // namespace

Document to_document(const Law& law) {
  Document root, refused = Document::Array{}, cards = Document::Object{}, intercepts = Document::Object{},
                 domain = Document::Array{}, models = Document::Array{}, sources = Document::Array{};
  for (const Refused& r : law.refused) refused.push(Document().set("name", r.name).set("reason", r.reason));
  for (const auto& [card, d] : law.cards)
    cards.set(card, Document().set("energy_ln", d.energy).set("time_ln", d.time).set("memory_ln", d.memory));
  for (const auto& [gpu, intercept] : law.gpu_intercepts) intercepts.set(gpu, intercept);
  for (const Axis& axis : law.domain)
    domain.push(Document().set("axis", axis.name).set("low", axis.low).set("high", axis.high));
  for (const std::string& model : law.models) models.push(model);
  for (const std::string& source : law.sources) sources.push(source);
  root.set("format", format_name).set("version", law_file_version).set("form", law.form);
  root.set("coefficients", coefficients_of(law)).set("refused", std::move(refused));
  root.set("cards", std::move(cards)).set("gpu_intercepts", std::move(intercepts));
  root.set("energy_spread", spread_of(law.energy_spread)).set("time_spread", spread_of(law.time_spread));
  root.set("several_energy_spread", spread_of(law.several_energy_spread))
      .set("several_time_spread", spread_of(law.several_time_spread));
  root.set("between_cards_ln", law.between_cards).set("between_cards_time_ln", law.between_cards_time);
  root.set("domain", std::move(domain)).set("models", std::move(models)).set("sources", std::move(sources));
  return std::move(root.set("quality", quality_of(law.quality)).set("provenance", provenance_of(law.provenance)));
}

Result<Law> law_from(const Document& root) {
  Reader r;
  if (root.object() == nullptr)
    return fail(ErrorCode::invalid_data, "law file: found " + root.kind() + ", expected an object");
  const Document* format = root.find("format");
  if (format == nullptr || format->text() == nullptr || *format->text() != format_name) {
    return fail(ErrorCode::invalid_data, std::string("law file: expected \"format\": \"") + format_name +
                                             "\"; \"diffjoule fit -o law.json\" writes one");
  }
  const double version = r.number(root, "version");
  if (!r.problem && version != law_file_version) {
    return fail(ErrorCode::invalid_data, "law file: version " + std::to_string(version) + " is not known here, only " +
                                             std::to_string(law_file_version) + "; fit it again");
  }
  Law law;
  law.form = r.text(root, "form");
  read_lists(r, root, law);
  law.energy_spread = read_spread(r, root, "energy_spread");
  law.time_spread = read_spread(r, root, "time_spread");
  law.several_energy_spread = read_spread(r, root, "several_energy_spread");
  law.several_time_spread = read_spread(r, root, "several_time_spread");
  law.between_cards = r.number(root, "between_cards_ln");
  law.between_cards_time = r.number(root, "between_cards_time_ln");
  read_provenance(r, root, law);
  if (r.problem) return tl::unexpected<Error>(*r.problem);
  auto form = form_named(law.form);
  if (!form) return forward(form, "law file");
  if ((*form)->coefficients != 0 && law.coefficients.size() != (*form)->coefficients) {
    return fail(ErrorCode::invalid_data, "law file: " + std::to_string(law.coefficients.size()) +
                                             " coefficients, a law of form " + law.form + " has " +
                                             std::to_string((*form)->coefficients));
  }
  return law;
}

}  // namespace diffjoule::law

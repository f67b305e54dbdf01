// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/count.h"

#include <algorithm>
#include <string>

#include "diffjoule/api/workload_fields.h"
#include "diffjoule/flops/communication.h"
#include "diffjoule/flops/convention.h"
#include "diffjoule/flops/other_counters.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

// FLOPs (and half of them: multiply-adds), bytes, and FLOPs by class, divided by `items`.
Document cost_of(const flops::CostByClass& cost, WideInteger items = 1) {
  const flops::Cost total = cost.total();
  const auto shared = [items](WideInteger n) {
    return exact((n + items / 2) / items);
  };  // bytes may not divide: nearest
  Document d;
  d.set("flops", shared(total.flops.exact())).set("macs", shared(total.flops.exact() / flops::flops_per_mac));
  d.set("bytes_ideal", shared(total.bytes_ideal.exact())).set("bytes_eager", shared(total.bytes_eager.exact()));
  Document classes;
  for (const flops::OpClass c : flops::op_classes) classes.set(flops::name(c), shared(cost[c].flops.exact()));
  d.set("by_class", std::move(classes));
  return std::move(
      d.set("softmax_scores", shared(total.scores.exact())).set("operator_calls", shared(total.calls.exact())));
}

Document phase_of(const Phase& phase) {
  const flops::CostByClass once = flops::count(phase.graph);
  Document d;
  d.set("name", phase.name)
      .set("component", phase.component)
      .set("evaluations", phase.evaluations)
      .set("batch", phase.batch);
  d.set("dtype", name(phase.dtype)).set("parameters", exact(phase.graph.learnable_parameters().exact()));
  d.set("checkpoint_elements", exact(phase.graph.checkpoint_elements().exact()));
  return std::move(
      d.set("per_evaluation", cost_of(once)).set("whole", cost_of(static_cast<WideInteger>(phase.evaluations) * once)));
}

// Rows of a breakdown of the whole request: by module path, or by operator.
Document breakdown_of(const Program& program, const std::string& by, std::size_t depth) {
  Document rows = Document::Array{};
  for (const Phase& phase : program.phases) {
    std::vector<flops::ScopeCost> merged;
    for (flops::ScopeCost& row : flops::count_by_scope(phase.graph, depth)) {
      (by == "scope" ? row.op : row.path).clear();
      const auto same = std::find_if(merged.begin(), merged.end(), [&row](const flops::ScopeCost& m) {
        return m.path == row.path && m.op == row.op;
      });
      if (same == merged.end()) {
        merged.push_back(std::move(row));
      } else {
        same->cost += row.cost;
      }
    }
    for (const flops::ScopeCost& row : merged) {
      const flops::Cost whole = static_cast<WideInteger>(phase.evaluations) * row.cost;
      Document d;
      d.set("component", phase.component)
          .set(by, by == "scope" ? row.path : row.op)
          .set("calls", exact(whole.calls.exact()));
      rows.push(
          std::move(d.set("flops", exact(whole.flops.exact())).set("bytes_eager", exact(whole.bytes_eager.exact()))));
    }
  }
  return rows;
}

// The same request by other counters' rules.
Document comparison_of(const Program& program) {
  Document rows = Document::Array{};
  const auto figures = flops::other_counters(program);
  const double own = std::max(1.0, figures.front().flops.rounded());
  for (const flops::CounterFigure& f : figures) {
    rows.push(Document()
                  .set("counter", f.counter)
                  .set("counts", f.counts)
                  .set("flops", exact(f.flops.exact()))
                  .set("ratio", f.flops.rounded() / own));
  }
  return rows;
}

Result<Answer> run(const Request& request, const Context& context) {
  auto workload = workload_of(request);
  if (!workload) return forward(workload);
  models::PipelineShelf shelf = shelf_of(context);
  auto passes = models::passes([&shelf](const std::string& name) { return shelf.find(name); }, *workload);
  if (!passes) return forward(passes);
  const models::Pipeline* pipeline = *shelf.find(workload->model);
  const models::Settings* settings = &passes->back().settings;
  auto program = models::program(*passes);
  if (!program) return forward(program, pipeline->slug);

  Document d, phases = Document::Array{};
  for (const Phase& phase : program->phases) phases.push(phase_of(phase));
  const flops::CostByClass total = flops::count(*program);
  d.set("model", pipeline->slug)
      .set("name", pipeline->name)
      .set("workload", document_of(*pipeline, *settings))
      .set("phases", std::move(phases));
  d.set("total", cost_of(total)).set("per_item", cost_of(total, static_cast<WideInteger>(program->items)));
  d.set("convention", flops::convention_name)
      .set("notes", list_of(program->notes))
      .set("assumed", list_of(program->assumed))
      .set("missing", list_of(program->missing));
  const std::string by = request.text("by").value_or("phase");
  d.set("by", by);
  if (by == "scope" || by == "op")
    d.set("breakdown", breakdown_of(*program, by, static_cast<std::size_t>(request.integer("depth").value_or(2))));
  if (workload->parallelism.devices > 1) {
    d.set("communication", Document()
                               .set("devices", workload->parallelism.devices)
                               .set("scheme", *request.text("parallel"))
                               .set("bytes", exact(flops::communication(*program, workload->parallelism).exact())));
  }
  if (request.flag("compare")) d.set("compare", comparison_of(*program));
  std::vector<std::string> warnings = program->notes;
  for (const std::string& line : program->missing) warnings.push_back("not counted: " + line);
  return Answer{std::move(d), !program->missing.empty(), std::move(warnings)};
}

// ---- for people

double number_at(const Document& d, std::string_view path) {
  const Document* found = d.at_path(path);
  if (found == nullptr) return 0.0;
  return found->text() != nullptr ? std::stod(*found->text()) : found->number();
}
std::string text_at(const Document& d, std::string_view path) {
  const Document* found = d.at_path(path);
  return found == nullptr || found->text() == nullptr ? "" : *found->text();
}
FlopCount flops_at(const Document& d, std::string_view path) {
  return FlopCount(static_cast<WideInteger>(number_at(d, path)));
}
ByteCount bytes_at(const Document& d, std::string_view path) {
  return ByteCount(static_cast<WideInteger>(number_at(d, path)));
}

report::Table phases_table(const Document& answer) {
  report::Table table({{"phase"},
                       {"component"},
                       {"parameters"},
                       {"calls"},
                       {"batch"},
                       {"FLOPs a call"},
                       {"FLOPs"},
                       {"bytes, eager"},
                       {"share"}});
  const double total = number_at(answer, "total.flops");
  for (const Document& p : *answer.find("phases")->array()) {
    table.add({text_at(p, "name"), text_at(p, "component"),
               report::Cell::quantity(ParameterCount(static_cast<WideInteger>(number_at(p, "parameters")))),
               report::Cell::whole(static_cast<WideInteger>(number_at(p, "evaluations"))),
               report::Cell::whole(static_cast<WideInteger>(number_at(p, "batch"))),
               report::Cell::quantity(flops_at(p, "per_evaluation.flops")),
               report::Cell::quantity(flops_at(p, "whole.flops")),
               report::Cell::quantity(bytes_at(p, "whole.bytes_eager")),
               report::Cell::percent(number_at(p, "whole.flops") / total)});
  }
  return table;
}

report::Table classes_table(const Document& answer) {
  report::Table table({{"class"}, {"FLOPs"}, {"share"}});
  for (const auto& [name, value] : *answer.at_path("total.by_class")->object()) {
    const double flops = number_at(answer, "total.by_class." + name);
    table.add({name, report::Cell::quantity(FlopCount(static_cast<WideInteger>(flops))),
               report::Cell::percent(flops / number_at(answer, "total.flops"))});
  }
  return table;
}

report::Table breakdown_table(const Document& answer, const std::string& by) {
  report::Table table({{"component"}, {by}, {"calls"}, {"FLOPs"}, {"bytes, eager"}});
  for (const Document& row : *answer.find("breakdown")->array()) {
    table.add({text_at(row, "component"), text_at(row, by),
               report::Cell::whole(static_cast<WideInteger>(number_at(row, "calls"))),
               report::Cell::quantity(flops_at(row, "flops")), report::Cell::quantity(bytes_at(row, "bytes_eager"))});
  }
  return table;
}

report::Table comparison_table(const Document& answer) {
  report::Table table({{"counter"}, {"FLOPs"}, {"against ours"}, {"counts"}});
  for (const Document& row : *answer.find("compare")->array()) {
    table.add({text_at(row, "counter"), report::Cell::quantity(flops_at(row, "flops")),
               report::Cell::percent(number_at(row, "ratio")), text_at(row, "counts")});
  }
  return table;
}

report::Page view(const Document& answer) {
  const auto whole = [&answer](const char* path) {
    return std::to_string(static_cast<std::int64_t>(number_at(answer, path)));
  };
  report::Page page;
  page.text(text_at(answer, "name") + ": " + whole("workload.width") + " x " + whole("workload.height") + ", " +
            whole("workload.steps") + " steps, batch " + whole("workload.batch") + ", " +
            whole("workload.text_tokens") + " text tokens, " + text_at(answer, "workload.dtype"));
  const std::string by = text_at(answer, "by");
  page.table(by == "class"   ? classes_table(answer)
             : by == "phase" ? phases_table(answer)
                             : breakdown_table(answer, by));
  if (answer.find("compare") != nullptr) page.table(comparison_table(answer));
  report::Page::Bars bars;
  for (const char* stage : {"encode", "denoise", "decode"}) {
    double flops = 0.0;
    for (const Document& p : *answer.find("phases")->array())
      flops += text_at(p, "name") == stage ? number_at(p, "whole.flops") : 0.0;
    bars.push_back({stage, flops / number_at(answer, "total.flops")});
  }
  page.bars(std::move(bars));
  const bool partial = !answer.find("missing")->array()->empty();
  page.text(std::string(partial ? "total of what is counted (partial): " : "total ") +
            to_text(flops_at(answer, "total.flops")) + ", " + to_text(flops_at(answer, "per_item.flops")) +
            " an item; bytes: " + to_text(bytes_at(answer, "total.bytes_ideal")) + " ideal, " +
            to_text(bytes_at(answer, "total.bytes_eager")) + " eager");
  if (answer.find("communication") != nullptr)
    page.text("between " + whole("communication.devices") + " devices (" + text_at(answer, "communication.scheme") +
              "): " + to_text(bytes_at(answer, "communication.bytes")));
  for (const Document& line : *answer.find("assumed")->array()) page.text("assumed: " + *line.text());
  return page;
}

}  // namespace

Verb count() {
  return {"count",
          "exact FLOPs, bytes and parameters of a request",
          "Builds the operator graph of every network that the published pipeline runs for this request and counts it. "
          "One multiply-add is two FLOPs; norms, activations and softmax are counted as bytes (and "
          "softmax scores), not as FLOPs. Bytes in two conventions: ideal (every operand once) and eager (what "
          "PyTorch's eager execution moves).",
          with_workload_fields({{.name = "by",
                                 .help = "what the table shows",
                                 .placeholder = "WHAT",
                                 .choices = {"phase", "class", "scope", "op"}},
                                {.name = "depth",
                                 .kind = Field::Kind::integer,
                                 .help = "steps of the module path with --by scope; default: 2",
                                 .placeholder = "N",
                                 .least = 1.0,
                                 .most = 32.0},
                                {.name = "compare",
                                 .kind = Field::Kind::flag,
                                 .help = "also what other counters make of the same request"}}),
          {"diffjoule count flux1-dev", "diffjoule count sdxl-base --steps 30 --batch 4 --by class",
           "diffjoule count qwen-image --width 1328 --height 1328 --json"},
          run,
          view};
}

}  // namespace diffjoule::api

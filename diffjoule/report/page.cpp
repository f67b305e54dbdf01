// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/page.h"

namespace diffjoule::report {
namespace {

template <class ShowText, class ShowTable, class ShowBars>
std::string joined(const Page& page, ShowText show_text, ShowTable show_table, ShowBars show_bars) {
  std::string out;
  for (const Page::Block& block : page.blocks()) {
    std::string text;
    if (const auto* paragraph = std::get_if<std::string>(&block)) {
      text = show_text(*paragraph);
    } else if (const auto* table = std::get_if<Table>(&block)) {
      text = show_table(*table);
    } else {
      text = show_bars(std::get<Page::Bars>(block));
    }
    if (text.empty()) continue;
    if (!out.empty()) out += "\n";
    out += text;
    if (!out.ends_with('\n')) out += "\n";
  }
  return out;
}

}  // namespace

std::string to_console(const Page& page, const Style& style) {
  return joined(
      page, [](const std::string& text) { return text; }, [](const Table& table) { return to_console(table); },
      [&style](const Page::Bars& bars) { return to_console(bars, style); });
}

std::string to_markdown(const Page& page) {
  return joined(
      page, [](const std::string& text) { return text; }, [](const Table& table) { return to_markdown(table); },
      [](const Page::Bars& bars) { return "```\n" + to_console(bars, Style{}) + "```\n"; });
}

std::string to_csv(const Page& page) {
  return joined(
      page, [](const std::string&) { return std::string(); }, [](const Table& table) { return to_csv(table); },
      [](const Page::Bars&) { return std::string(); });
}

}  // namespace diffjoule::report

// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "diffjoule/report/bar.h"
#include "diffjoule/report/style.h"
#include "diffjoule/report/table.h"

// An answer for people: paragraphs, tables and bars, one after the other.
namespace diffjoule::report {

class Page {
 public:
  using Bars = std::vector<Bar>;
  using Block = std::variant<std::string, Table, Bars>;

  // One paragraph, shown as it is.
  Page& text(std::string paragraph) { return add(std::move(paragraph)); }
  Page& table(Table table) { return add(std::move(table)); }
  Page& bars(Bars bars) { return add(std::move(bars)); }

  [[nodiscard]] const std::vector<Block>& blocks() const { return blocks_; }

 private:
  Page& add(Block block) {
    blocks_.push_back(std::move(block));
    return *this;
  }
  std::vector<Block> blocks_;
};

// Blocks are parted by blank lines. CSV holds the tables only.
[[nodiscard]] std::string to_console(const Page& page, const Style& style);
[[nodiscard]] std::string to_markdown(const Page& page);
[[nodiscard]] std::string to_csv(const Page& page);

}  // namespace diffjoule::report

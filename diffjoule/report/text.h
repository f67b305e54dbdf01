// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Text on its way to a terminal.
namespace diffjoule::report {

// Columns it takes: one a code point.
[[nodiscard]] std::size_t display_width(std::string_view text);

// One line that cannot steer a terminal: control characters become a space (tab, line ends) or a question mark.
[[nodiscard]] std::string one_line(std::string_view text);

// Filled with spaces to `width` columns.
[[nodiscard]] std::string padded_right(std::string text, std::size_t width);
[[nodiscard]] std::string padded_left(const std::string& text, std::size_t width);

// Words wrapped to `width` columns, every line after `indent` spaces; ends in a line feed. Line feeds of the text stay.
[[nodiscard]] std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 80);

}  // namespace diffjoule::report

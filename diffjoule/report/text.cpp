// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/text.h"

#include <algorithm>

namespace diffjoule::report {

std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string one_line(std::string_view text) {
  std::string line(text);
  for (std::size_t i = 0; i < line.size(); ++i) {
    const auto c = static_cast<unsigned char>(line[i]);
    if (c == '\t' || c == '\n' || c == '\r') {
      line[i] = ' ';
    } else if (c < 0x20 || c == 0x7F) {
      line[i] = '?';
    } else if (c == 0xC2 && i + 1 < line.size() && static_cast<unsigned char>(line[i + 1]) < 0xA0) {
      line.replace(i, 2, "?");  // C1 controls: some terminals obey these too
    }
  }
  return line;
}

std::string padded_right(std::string text, std::size_t width) {
  const std::size_t taken = display_width(text);
  if (taken < width) text.append(width - taken, ' ');
  return text;
}

std::string padded_left(const std::string& text, std::size_t width) {
  const std::size_t taken = display_width(text);
  return taken < width ? std::string(width - taken, ' ') + text : text;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
  std::string out;
  const std::string margin(indent, ' ');
  while (true) {
    const std::size_t end = text.find('\n');
    std::string_view paragraph = text.substr(0, end);
    std::string line;
    while (true) {
      paragraph.remove_prefix(std::min(paragraph.find_first_not_of(' '), paragraph.size()));
      if (paragraph.empty()) break;
      const std::string_view word = paragraph.substr(0, paragraph.find(' '));
      if (!line.empty() && indent + display_width(line) + 1 + display_width(word) > width) {
        out += margin + line + "\n";
        line.clear();
      }
      if (!line.empty()) line += ' ';
      line += word;
      paragraph.remove_prefix(word.size());
    }
    out += (line.empty() ? "" : margin + line) + "\n";
    if (end == std::string_view::npos) return out;
    text.remove_prefix(end + 1);
  }
}

}  // namespace diffjoule::report

// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/units/text.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace diffjoule {
namespace {

struct Prefix {
  double factor;
  const char* letter;
};

constexpr std::array<Prefix, 10> prefixes{{{1e18, "E"},
                                           {1e15, "P"},
                                           {1e12, "T"},
                                           {1e9, "G"},
                                           {1e6, "M"},
                                           {1e3, "k"},
                                           {1.0, ""},
                                           {1e-3, "m"},
                                           {1e-6, "µ"},
                                           {1e-9, "n"}}};

std::string with_prefix(double amount, const std::string& unit) {
  if (amount == 0.0 || !std::isfinite(amount)) return to_text(amount, 3) + " " + unit;
  for (const Prefix& prefix : prefixes) {
    // 999.5 of one prefix rounds to 1000, which the next one writes as 1.00.
    if (std::abs(amount) >= 0.9995 * prefix.factor)
      return to_text(amount / prefix.factor, 3) + " " + prefix.letter + unit;
  }
  return to_text(amount / prefixes.back().factor, 3) + " " + prefixes.back().letter + unit;
}

}  // namespace

std::string to_text(double number, int digits) {
  if (!std::isfinite(number)) return std::isnan(number) ? "nan" : (number > 0 ? "inf" : "-inf");
  const double magnitude = std::abs(number);
  if (magnitude != 0.0 && (magnitude < 1e-4 || magnitude >= 1e15)) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.*e", digits - 1, number);
    return text.data();
  }
  int whole = magnitude < 1.0 ? (magnitude == 0.0 ? 1 : static_cast<int>(std::floor(std::log10(magnitude))) + 1)
                              : static_cast<int>(std::floor(std::log10(magnitude))) + 1;
  if (magnitude != 0.0 && std::round(magnitude * std::pow(10.0, digits - whole)) >= std::pow(10.0, digits)) ++whole;
  const int decimals = digits > whole ? digits - whole : 0;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, number);
  return text.data();
}

std::string percent_text(double fraction) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %%", 100.0 * fraction);
  return text.data();
}

std::string to_text(Energy e) { return with_prefix(e.in(joule), "J"); }
std::string to_text(Power p) { return with_prefix(p.in(watt), "W"); }
std::string to_text(Bandwidth b) { return with_prefix(b.in(byte_per_second), "B/s"); }
std::string to_text(FlopRate r) { return with_prefix(r.in(flop_per_second), "FLOP/s"); }
std::string to_text(Emissions e) { return with_prefix(e.in(gram_co2e), "gCO2e"); }
std::string to_text(CarbonIntensity i) { return to_text(i.in(gram_per_kilowatt_hour), 3) + " gCO2e/kWh"; }
std::string to_text(FlopCount c) { return with_prefix(c.rounded(), "FLOP"); }
std::string to_text(ByteCount c) { return with_prefix(c.rounded(), "B"); }
std::string to_text(ParameterCount c) { return with_prefix(c.rounded(), ""); }
std::string to_text(CallCount c) { return to_decimal(c.exact()); }

std::string to_text(Duration d) {
  if (std::abs(d.in(second)) < 1000.0) return with_prefix(d.in(second), "s");
  if (std::abs(d.in(second)) < 3600.0) return to_text(d.in(60.0 * second), 3) + " min";
  return to_text(d.in(3600.0 * second), 3) + " h";
}

std::string to_watt_hours_text(Energy e) { return with_prefix(e.in(watt_hour), "Wh"); }

}  // namespace diffjoule

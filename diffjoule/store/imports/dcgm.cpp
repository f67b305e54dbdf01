// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// What NVIDIA's DCGM exporter shows at /metrics: two scrapes or more, or one text with timestamps.
#include "diffjoule/store/import.h"
#include "diffjoule/store/scraped_files.h"

namespace diffjoule::store {
namespace {

bool recognises(const Input& input) { return has_metric(input, "DCGM_FI_DEV_"); }
Result<Imported> read(std::span<const Input> inputs) { return read_scrapes("dcgm", inputs); }

}  // namespace

Import dcgm() { return {"dcgm", "DCGM exporter: two scrapes, or one with timestamps", true, recognises, read}; }

}  // namespace diffjoule::store

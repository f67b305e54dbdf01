// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/device_document.h"

#include <gtest/gtest.h>

#include "diffjoule/io/json.h"

namespace diffjoule::store {
namespace {

using sensors::Measurand;
using sensors::Part;

TEST(DeviceDocument, EveryKindOfChannelComesBackThroughJson) {
  sensors::DeviceInfo device{"nvml", "GPU-1", "a \"card\"", "0000:3b:00.0", true, true, {}, {"a remark"}};
  for (int m = 0; m <= static_cast<int>(Measurand::throttled_time); ++m) {
    for (int p = 0; p <= static_cast<int>(Part::wall); ++p) {
      sensors::Channel c;
      c.name = std::to_string(m) + "." + std::to_string(p);
      c.measurand = static_cast<Measurand>(m);
      c.part = static_cast<Part>(p);
      c.update_period = 0.1 * second;
      c.averaging_window = 0.025 * second;
      c.resolution = 1.53e-5;
      if (m == 0) c.wraps_at = 262143.328850;
      c.may_wrap = p == 1;
      c.relative_uncertainty = 0.05;
      if (p == 2) c.missing = "no permission";
      device.channels.push_back(c);
    }
  }
  const auto back = io::parse_json(io::to_json(document_of(device))).and_then(device_from);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(document_of(*back), document_of(device));
  EXPECT_EQ(back->channels.size(), device.channels.size());
  EXPECT_EQ(back->channels[0].wraps_at, 262143.328850);
  EXPECT_EQ(back->channels[2].missing, "no permission");
  EXPECT_TRUE(back->partition);
}

TEST(DeviceDocument, NamesTheMemberThatIsNotAsItMustBe) {
  io::Document d = document_of({"nvml", "GPU-1", "card", "", false, false, {sensors::Channel{}}, {}});
  io::Document broken = d;
  broken.set("assumed", "yes");
  EXPECT_NE(device_from(broken).error().message().find("assumed"), std::string::npos);
  io::Document channel = d.find("channels")->array()->front();
  channel.set("part", "tail");
  broken = d;
  broken.set("channels", io::Document::Array{channel});
  EXPECT_NE(device_from(broken).error().message().find("part"), std::string::npos);
  EXPECT_FALSE(device_from(io::Document(3)));
}

}  // namespace
}  // namespace diffjoule::store

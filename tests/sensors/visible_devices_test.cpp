// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/visible_devices.h"

#include <gtest/gtest.h>

namespace diffjoule::sensors {
namespace {

using Indices = std::vector<std::size_t>;
using Slices = std::map<std::size_t, std::vector<std::string>>;

// Three cards of one model, in an order that is not that of the bus: bus order is c (1), a (2), b (0).
const std::vector<PresentGpu> equal_cards{{"GPU-bb000000-1", "0000:c1:00.0", "A100"},
                                          {"GPU-cc000000-2", "0000:01:00.0", "A100"},
                                          {"GPU-aa000000-3", "0000:41:00.0", "A100"}};
const std::vector<PresentGpu> mixed_cards{{"GPU-aa000000-1", "0000:01:00.0", "T4"},
                                          {"GPU-ab000000-2", "0000:41:00.0", "H100"}};
const std::vector<PresentGpu> sliced_cards{{"GPU-aa000000-1", "0000:01:00.0", "A100", {"MIG-11aa-1", "MIG-11bb-2"}},
                                           {"GPU-bb000000-2", "0000:41:00.0", "A100", {"MIG-22cc-1"}}};

VisibleGpus seen(const std::vector<PresentGpu>& present, const char* visible, const char* order = "PCI_BUS_ID") {
  return visible_gpus(present, std::string(visible),
                      order == nullptr ? std::nullopt : std::optional<std::string>(order));
}

bool noted(const VisibleGpus& result, const std::string& words) {
  for (const std::string& note : result.notes) {
    if (note.find(words) != std::string::npos) return true;
  }
  return false;
}

TEST(VisibleDevices, WithoutTheVariableAllAreVisibleAndNothingIsSaid) {
  const VisibleGpus all = visible_gpus(equal_cards, std::nullopt, std::nullopt);
  EXPECT_EQ(all.gpus, (Indices{0, 1, 2}));
  EXPECT_TRUE(all.notes.empty());
}

TEST(VisibleDevices, EmptyHidesAllAndSaysSo) {
  for (const char* nothing : {"", "  "}) {
    const VisibleGpus none = seen(equal_cards, nothing);
    EXPECT_TRUE(none.gpus.empty());
    EXPECT_TRUE(noted(none, "hides all")) << nothing;
  }
}

TEST(VisibleDevices, MinusOneHidesAll) {
  EXPECT_TRUE(seen(equal_cards, "-1").gpus.empty());
  EXPECT_TRUE(noted(seen(equal_cards, "-1"), "no GPU has that index"));
  EXPECT_TRUE(noted(seen(equal_cards, "-1"), "hides 3 of 3"));
}

TEST(VisibleDevices, IndicesCountAlongTheBusNotInTheLibrarysOrder) {
  EXPECT_EQ(seen(equal_cards, "0").gpus, Indices{1});
  EXPECT_EQ(seen(equal_cards, "1").gpus, Indices{2});
  EXPECT_EQ(seen(equal_cards, "2").gpus, Indices{0});
  EXPECT_EQ(seen(equal_cards, " 2 , 0 ").gpus, (Indices{0, 1}));
}

TEST(VisibleDevices, TheFirstInvalidEntryEndsTheList) {
  // The guide's own example: 0,2,-1,1 shows 0 and 2 and hides 1.
  EXPECT_EQ(seen(equal_cards, "0,2,-1,1").gpus, (Indices{0, 1}));
  EXPECT_EQ(seen(equal_cards, "0,7,1").gpus, Indices{1});
  EXPECT_EQ(seen(equal_cards, "0,all,1").gpus, Indices{1});
  EXPECT_EQ(seen(equal_cards, "0,,1").gpus, Indices{1});
  EXPECT_TRUE(noted(seen(equal_cards, "0,1x"), "neither an index nor a UUID"));
  EXPECT_TRUE(seen(equal_cards, "99999999999999999999").gpus.empty());
}

TEST(VisibleDevices, UuidsMayBeShortenedWhileTheyAreUnique) {
  EXPECT_EQ(seen(equal_cards, "GPU-bb000000-1").gpus, Indices{0});
  EXPECT_EQ(seen(equal_cards, "GPU-c").gpus, Indices{1});
  EXPECT_EQ(seen(equal_cards, "gpu-AA").gpus, Indices{2});
  EXPECT_EQ(seen(mixed_cards, "GPU-ab", nullptr).gpus, Indices{1}) << "no order is needed for UUIDs";
  EXPECT_TRUE(seen(mixed_cards, "GPU-a").gpus.empty());
  EXPECT_TRUE(noted(seen(mixed_cards, "GPU-a"), "several GPUs"));
  EXPECT_TRUE(noted(seen(mixed_cards, "GPU-f"), "no GPU here"));
}

TEST(VisibleDevices, ARepeatedGpuIsMeasuredOnceAndSaid) {
  for (const char* twice : {"0,0", "GPU-cc,0", "GPU-cc,GPU-cc000000-2"}) {
    EXPECT_EQ(seen(equal_cards, twice).gpus, Indices{1}) << twice;
    EXPECT_TRUE(noted(seen(equal_cards, twice), "twice")) << twice;
  }
}

TEST(VisibleDevices, IndicesOfDifferentModelsAreAmbiguousInCudasDefaultOrder) {
  for (const char* order : {static_cast<const char*>(nullptr), "FASTEST_FIRST"}) {
    const VisibleGpus both = seen(mixed_cards, "0", order);
    EXPECT_EQ(both.gpus, (Indices{0, 1})) << "measuring one too many hides nothing";
    EXPECT_TRUE(noted(both, "ambiguous"));
    EXPECT_TRUE(noted(both, "CUDA_DEVICE_ORDER=PCI_BUS_ID"));
  }
  EXPECT_EQ(seen(mixed_cards, "0", "PCI_BUS_ID").gpus, Indices{0});
  EXPECT_FALSE(noted(seen(mixed_cards, "1,0", nullptr), "ambiguous")) << "all of them, in whatever order";
}

TEST(VisibleDevices, EqualModelsAreAssumedToStandInBusOrder) {
  const VisibleGpus one = seen(equal_cards, "0", nullptr);
  EXPECT_EQ(one.gpus, Indices{1});
  EXPECT_TRUE(noted(one, "assumed"));
  EXPECT_FALSE(noted(seen(equal_cards, "0"), "assumed"));
}

TEST(VisibleDevices, SlicesLeadToTheirCard) {
  const VisibleGpus one = seen(sliced_cards, "MIG-22cc-1");
  EXPECT_EQ(one.gpus, Indices{1});
  EXPECT_EQ(one.slices, (Slices{{1, {"MIG-22cc-1"}}}));
  const VisibleGpus two = seen(sliced_cards, "MIG-11a,MIG-11bb-2");
  EXPECT_EQ(two.gpus, Indices{0});
  EXPECT_EQ(two.slices, (Slices{{0, {"MIG-11aa-1", "MIG-11bb-2"}}}));
  EXPECT_FALSE(noted(two, "twice")) << "two slices of one card are no mistake";
  EXPECT_TRUE(noted(seen(sliced_cards, "MIG-11"), "several MIG slices"));
  EXPECT_TRUE(noted(seen(sliced_cards, "MIG-9"), "no MIG slice"));
}

TEST(VisibleDevices, SlicesOfOldDriversNameTheirGpu) {
  const VisibleGpus one = seen(sliced_cards, "MIG-GPU-bb000000-2/1/0");
  EXPECT_EQ(one.gpus, Indices{1});
  EXPECT_EQ(one.slices, (Slices{{1, {"MIG-GPU-bb000000-2/1/0"}}}));
  EXPECT_TRUE(seen(sliced_cards, "MIG-GPU-dd/1/0").gpus.empty());
}

TEST(VisibleDevices, WithSlicesAnIndexSaysNothing) {
  const VisibleGpus both = seen(sliced_cards, "1");
  EXPECT_EQ(both.gpus, (Indices{0, 1}));
  EXPECT_TRUE(noted(both, "MIG"));
}

TEST(VisibleDevices, ALongDomainComesAfterAShortOne) {
  const std::vector<PresentGpu> far{{"GPU-1", "10000:01:00.0", "A100"}, {"GPU-2", "ff00:01:00.0", "A100"}};
  EXPECT_EQ(seen(far, "0").gpus, Indices{1});
}

TEST(VisibleDevices, WithoutGpusThereIsNothingToSay) { EXPECT_TRUE(visible_gpus({}, "0", std::nullopt).notes.empty()); }

}  // namespace
}  // namespace diffjoule::sensors

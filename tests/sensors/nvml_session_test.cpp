// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_session.h"

#include <gtest/gtest.h>

#include "tests/fakes/nvml/fake_nvml.h"

namespace diffjoule::sensors::nvidia {
namespace {

Result<std::shared_ptr<const Session>> open(const fakes::FakeNvml& fake) {
  auto api = load(fake.library());
  if (!api) return forward(api);
  return Session::open(*std::move(api));
}

TEST(NvmlSession, IsClosedWithItsLastOwner) {
  const fakes::FakeNvml fake(R"({"gpus": [{}]})");
  auto session = open(fake);
  ASSERT_TRUE(session) << session.error().message();
  auto other = *session;
  session->reset();
  EXPECT_EQ(fake.open(), 1);
  other.reset();
  EXPECT_EQ(fake.open(), 0);
}

TEST(NvmlSession, ThatCannotBeStartedIsNotEnded) {
  const fakes::FakeNvml fake(R"({"init": "NO_PERMISSION"})");
  const auto session = open(fake);
  ASSERT_FALSE(session);
  EXPECT_NE(session.error().message().find("/dev/nvidia"), std::string::npos);
  EXPECT_EQ(fake.calls("nvmlShutdown"), 0);
}

TEST(NvmlSession, AGpuSaysWhoItIs) {
  const fakes::FakeNvml fake(R"({"gpus": [{"uuid": "GPU-aaaa", "name": "NVIDIA A100-SXM4-80GB", "bus": 59,
                                "capability": [8, 0], "mig": ["MIG-1", "MIG-2"]}]})");
  const auto session = open(fake);
  ASSERT_TRUE(session) << session.error().message();
  const auto identity = identify((*session)->api(), 0);
  ASSERT_TRUE(identity) << identity.error().message();
  EXPECT_EQ(identity->id, "GPU-aaaa");
  EXPECT_EQ(identity->bus_id, "0000:3b:00.0");
  EXPECT_EQ(identity->card.name, "NVIDIA A100-SXM4-80GB");
  EXPECT_EQ(identity->card.major, 8);
  EXPECT_EQ(identity->card.minor, 0);
  EXPECT_TRUE(identity->mig);
  EXPECT_EQ(identity->slices, (std::vector<std::string>{"MIG-1", "MIG-2"}));
}

TEST(NvmlSession, AnIndexThatIsNotThereIsSaid) {
  const fakes::FakeNvml fake(R"({"gpus": [{}]})");
  const auto session = open(fake);
  ASSERT_TRUE(session) << session.error().message();
  const auto identity = identify((*session)->api(), 5);
  ASSERT_FALSE(identity);
  EXPECT_NE(identity.error().message().find("opening GPU 5"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sensors::nvidia

// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/attribute.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tests/fakes/made_tree.h"

namespace diffjoule::os {
namespace {

using Outcome = Attribute::Outcome;
using fakes::MadeTree;

TEST(Attribute, ANumberIsReadAgainEachTime) {
  MadeTree tree;
  tree.file("energy_uj", 262143328850LL);
  Attribute attribute(tree.at("energy_uj"));
  EXPECT_EQ(attribute.whole().value, 262143328850);
  tree.file("energy_uj", 7);
  EXPECT_EQ(attribute.whole().value, 7);
  EXPECT_EQ(attribute.whole().outcome, Outcome::fine);
  tree.file("energy_uj", -40000);
  EXPECT_EQ(attribute.whole().value, -40000) << "temperatures fall below zero";
}

TEST(Attribute, WhatIsNotANumberIsNoNumber) {
  MadeTree tree;
  for (const std::string text : {"", "N/A", "12 W", "0x10", "1.5", "--1", "99999999999999999999", "1\n2"}) {
    tree.file("value", text);
    EXPECT_EQ(Attribute(tree.at("value")).whole().outcome, Outcome::not_a_number) << text;
  }
  tree.file("value", std::string(5000, '1'));
  EXPECT_EQ(Attribute(tree.at("value")).whole().outcome, Outcome::not_a_number);
}

TEST(Attribute, TextComesWithoutItsLineEndAndOnePageAtMost) {
  MadeTree tree;
  tree.file("name", "package-0");
  EXPECT_EQ(Attribute(tree.at("name")).text().value, "package-0");
  tree.file("name", std::string(10000, 'x'));
  EXPECT_EQ(Attribute(tree.at("name")).text().value.size(), 4096u);
}

TEST(Attribute, AFileThatAppearsLateIsFoundAtTheNextRead) {
  MadeTree tree;
  Attribute attribute(tree.at("hwmon/power1_average"));
  EXPECT_EQ(attribute.whole().outcome, Outcome::not_found);
  tree.file("hwmon/power1_average", 31000000);
  EXPECT_EQ(attribute.whole().value, 31000000);
}

TEST(Attribute, ADanglingLinkAndAFolderAreNoNumbers) {
  MadeTree tree;
  tree.link("dangling", "nowhere").folder("folder");
  EXPECT_EQ(Attribute(tree.at("dangling")).whole().outcome, Outcome::not_found);
  EXPECT_EQ(Attribute(tree.at("folder")).whole().outcome, Outcome::failed);
}

TEST(Attribute, APipeDoesNotBlock) {
  MadeTree tree;
  ASSERT_EQ(::mkfifo(tree.at("pipe").c_str(), 0600), 0);
  EXPECT_NE(Attribute(tree.at("pipe")).whole().outcome, Outcome::fine);
}

TEST(Attribute, WhatOnlyRootMayReadIsNoPermission) {
  MadeTree tree;
  tree.file("energy_uj", 5).only_root_reads("energy_uj");
  const fakes::AsNobody nobody;
  if (!nobody.works()) GTEST_SKIP() << "only root can become nobody";
  EXPECT_EQ(Attribute(tree.at("energy_uj")).whole().outcome, Outcome::no_permission);
}

TEST(Attribute, WhatBelongedToSomethingThatIsNoMoreIsGone) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  ASSERT_GT(child, 0);
  Attribute attribute("/proc/" + std::to_string(child) + "/stat");
  EXPECT_EQ(attribute.text().outcome, Outcome::fine);
  ::kill(child, SIGKILL);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_EQ(attribute.text().outcome, Outcome::gone);
  EXPECT_EQ(attribute.text().outcome, Outcome::not_found) << "looked for again";
}

TEST(Attribute, AMovedOneGoesOn) {
  MadeTree tree;
  tree.file("a", 1).file("b", 2);
  Attribute first(tree.at("a")), second(tree.at("b"));
  EXPECT_EQ(first.whole().value, 1);
  second = std::move(first);
  EXPECT_EQ(second.whole().value, 1);
  const Attribute third(std::move(second));
  EXPECT_EQ(third.path(), tree.at("a"));
}

TEST(Attribute, EveryOutcomeHasAName) {
  for (const auto outcome : {Outcome::fine, Outcome::not_found, Outcome::no_permission, Outcome::not_supported,
                             Outcome::gone, Outcome::not_a_number, Outcome::failed})
    EXPECT_STRNE(name(outcome), "");
}

}  // namespace
}  // namespace diffjoule::os

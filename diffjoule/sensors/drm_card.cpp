// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/drm_card.h"

#include <algorithm>

#include "diffjoule/io/file.h"

namespace diffjoule::sensors {
namespace {

// The value of "KEY=value" in a uevent file.
std::string uevent(const std::string& text, const std::string& key) {
  std::size_t at = text.starts_with(key + "=") ? 0 : text.find("\n" + key + "=");
  if (at == std::string::npos) return "";
  at = text.find('=', at) + 1;
  return text.substr(at, text.find('\n', at) - at);
}

// The names in pci.ids: "1002  Vendor", then "\t740c  Device" lines.
std::string name_in_pci_ids(const KernelTree& tree, const std::string& vendor, const std::string& device) {
  if (vendor.size() != 6 || device.size() != 6) return "";
  for (const char* file : {"usr/share/misc/pci.ids", "usr/share/hwdata/pci.ids"}) {
    const auto text = io::read_file(tree.at(file));
    if (!text) continue;
    std::size_t at = text->find("\n" + vendor.substr(2) + "  ");
    if (at++ == std::string::npos) continue;
    while ((at = text->find('\n', at)) != std::string::npos && ++at < text->size()) {
      if ((*text)[at] != '\t' && (*text)[at] != '#') break;  // the next vendor
      if (text->compare(at, 7, "\t" + device.substr(2) + "  ") == 0)
        return text->substr(at + 7, text->find('\n', at) - at - 7);
    }
  }
  return "";
}

std::string maker(const std::string& vendor) {
  if (vendor == "0x1002") return "AMD ";
  if (vendor == "0x8086") return "Intel ";
  return "";
}

DrmCard card_in(const KernelTree& tree, const std::string& folder, const std::string& vendor) {
  const std::string events = tree.text(folder + "/uevent").value_or("");
  DrmCard card{.folder = folder,
               .driver = tree.link_end(folder + "/driver").value_or(uevent(events, "DRIVER")),
               .vendor = vendor,
               .device = tree.text(folder + "/device").value_or("")};
  card.bus_id = uevent(events, "PCI_SLOT_NAME");
  if (card.bus_id.empty()) {
    const std::string end = tree.link_end(folder).value_or("");
    if (std::count(end.begin(), end.end(), ':') == 2) card.bus_id = end;
  }
  card.name = tree.text(folder + "/product_name").value_or("");  // servers' cards
  if (card.name.empty()) card.name = name_in_pci_ids(tree, vendor, card.device);
  if (card.name.empty()) card.name = "GPU " + vendor + ":" + card.device;
  if (!card.name.starts_with(maker(vendor))) card.name = maker(vendor) + card.name;
  return card;
}

}  // namespace

std::vector<DrmCard> drm_cards(const KernelTree& tree, const std::string& vendor) {
  std::vector<DrmCard> cards;
  for (const std::string& entry : tree.entries("sys/class/drm", "card")) {
    // "card0-HDMI-A-1" is one of its sockets.
    if (entry.find_first_not_of("0123456789", 4) != std::string::npos || entry.size() == 4) continue;
    const std::string folder = "sys/class/drm/" + entry + "/device";
    if (tree.text(folder + "/vendor") == vendor) cards.push_back(card_in(tree, folder, vendor));
  }
  return cards;
}

}  // namespace diffjoule::sensors

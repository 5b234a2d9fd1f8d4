#include "support/sentences.hpp"

#include <array>
#include <random>
#include <set>
#include <sstream>

namespace akidb::embedding::test {
namespace {

// A subject is a line of things that belong to it.
constexpr std::array kSubjects = {
    "bread oven flour yeast crust baker dough recipe salt loaf butter kitchen",
    "train platform ticket conductor delay station carriage track timetable junction freight signal",
    "glacier valley moraine meltwater crevasse ridge avalanche summit rope snowfield ice guide",
    "database index query transaction replica lock backup schema table vector cache log",
    "violin orchestra bow concerto string conductor rehearsal score melody soloist applause hall",
    "football goalkeeper penalty referee stadium midfield league coach injury corner fans season",
    "vaccine virus antibody trial dose nurse fever clinic immunity infection booster syringe",
    "telescope galaxy nebula mirror orbit astronomer comet spectrum lens star dust observatory",
    "mortgage bank interest loan deposit branch credit payment inflation account lender broker",
    "harbour ship anchor crane cargo pilot tide container rope captain lighthouse dock",
    "garden tomato compost seedling frost greenhouse hedge soil rake beetle watering bean",
    "court judge verdict witness lawyer appeal jury evidence sentence prison contract statute",
    "volcano lava ash crater eruption magma island tremor geologist evacuation sulphur slope",
    "battery charger voltage electrode lithium circuit resistor current inverter wire fuse cell",
    "library shelf novel reader archive manuscript catalogue chapter author binding loan page",
    "bicycle chain brake saddle tyre gear helmet pedal frame puncture lane wheel",
    "school teacher pupil homework exam blackboard lesson mathematics playground bell grade notebook",
    "elephant herd savanna tusk waterhole ranger calf poacher lion grass drought trunk",
    "cathedral nave arch mason stained glass tower choir pilgrim altar vault fresco bishop",
    "compiler parser linker variable function pointer template warning macro stack thread debugger",
    "coffee espresso bean grinder roast cup milk barista filter aroma plantation harvest",
    "election ballot candidate parliament vote coalition campaign poll minister debate district mandate",
    "river dam flood bridge bank current ferry salmon reservoir mill canal sluice",
    "painting canvas brush museum portrait pigment gallery sketch landscape frame auction sculptor",
    "airport runway pilot luggage cockpit turbulence wing engine boarding gate passport hangar",
    "chess bishop knight opening endgame opponent clock pawn tournament sacrifice rook board",
    "marriage wedding bride guest ring dress speech cake honeymoon dance invitation vow",
    "heart artery surgeon valve pulse blood pressure stroke ward anaesthetic monitor cardiologist",
    "wheat farmer tractor barn harvest field plough irrigation silo cattle fertiliser fence",
    "router packet firewall latency switch cable bandwidth protocol server port antenna modem",
    "wolf forest den pack hunter deer track winter howl prey ranger sheep",
    "whale ocean krill sonar dolphin plankton current reef migration harpoon coast diver",
    "atom electron nucleus neutron reactor isotope radiation proton collision detector quantum energy",
    "cheese cellar goat milk rennet rind dairy curd brine mould wheel market",
    "insurance claim policy premium accident damage adjuster deductible fire theft repair invoice",
    "desert camel dune oasis caravan sandstorm nomad well scorpion heat tent mirage",
    "theatre actor stage curtain audience director script costume prompter applause tragedy rehearsal",
    "warehouse parcel courier pallet forklift barcode delivery customs shipment stock label driver",
    "clock pendulum spring gear hour watchmaker dial tower chime escapement hand minute",
    "beehive honey queen drone nectar pollen swarm smoke wax keeper clover sting",
};

// # stands for a thing of the subject.
constexpr std::array kForms = {
    "The # stood beside the # all winter.",
    "Why does the # need a new # every year?",
    "How do I repair a # without a #?",
    "Nobody had told the # about the #, so the # was closed.",
    "# and #",
    "Before sunrise they carried the # past the # to the #.",
    "What is the difference between a # and a #?",
    "According to the report, every third # depends on the #.",
    "An old # is worth more than two of any other #.",
    "TODO: check the #, then the #, then write down what happened to the #.",
    "She wrote three pages about the # and only one line about the #.",
    "Der # und das # sind seit gestern nicht mehr da.",
    "Le # est plus cher que le #, mais le # dure plus longtemps.",
    "In 1987 the first # was built; the # followed ten years later, the # never came.",
    "Please send the # back together with its #, unopened, within 14 days.",
    "It is not the # that costs so much, it is the #.",
    "Error 404: # not found (see # for details).",
    "My grandfather knew each # by its name and every # by its sound.",
    "Is there a # close to the # that is open on Sundays?",
    "Without a #, the # fails after about 3.5 hours; with one it lasts a whole day.",
    "The price of a # rose by 12 % in March, while that of a # fell.",
    "Best # for beginners: a # with a small #",
};

class Maker {
 public:
  std::string text(std::size_t subject) {
    std::istringstream line{std::string(kSubjects.at(subject))};
    std::vector<std::string> things;
    for (std::string word; line >> word;) things.push_back(word);
    // One sentence mostly, many sometimes.
    const std::size_t sentences = random_() % 8 != 0 ? 1 + random_() % 2 : 3 + random_() % 20;
    std::string text;
    for (std::size_t at = 0; at < sentences; ++at) {
      if (at > 0) text += ' ';
      for (const char c : std::string_view(kForms.at(random_() % kForms.size()))) {
        if (c == '#') {
          text += things[random_() % things.size()];
        } else {
          text += c;
        }
      }
    }
    return text;
  }

 private:
  std::mt19937 random_{7};
};

}  // namespace

std::vector<std::string> made_sentences(std::size_t count) {
  Maker maker;
  std::set<std::string> seen;
  std::vector<std::string> texts;
  for (std::size_t subject = 0; texts.size() < count; ++subject) {
    for (std::size_t of_one_subject = 0; of_one_subject < 3 && texts.size() < count;) {
      auto text = maker.text(subject % kSubjects.size());
      if (!seen.insert(text).second) continue;
      texts.push_back(std::move(text));
      ++of_one_subject;
    }
  }
  return texts;
}

}  // namespace akidb::embedding::test

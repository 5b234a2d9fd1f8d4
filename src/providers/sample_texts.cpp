// Texts for calibration and for quality reports where the caller has none of his own.
#include <array>

#include "providers/quality_report.hpp"

namespace akidb::embedding::providers {
namespace {

constexpr std::array kSentences = {
    "How do I reset my password?",
    "The invoice for March was sent to the wrong address.",
    "Heavy rain closed the mountain road between the two villages.",
    "SELECT name, price FROM products WHERE stock > 0 ORDER BY price;",
    "A bridge of stone with seven arches crosses the river below the old mill.",
    "Der Zug nach Hamburg hat heute zwanzig Minuten Verspätung.",
    "La recette demande trois œufs, du beurre et une pincée de sel.",
    "El equipo ganó el partido en los últimos minutos.",
    "Il museo è chiuso il lunedì, ma il giardino resta aperto.",
    "Погода завтра будет холодной и ветреной.",
    "今日は図書館で本を三冊借りました。",
    "这家餐厅的面条非常好吃。",
    "The committee approved the budget after a long debate.",
    "Vaccines train the immune system to recognise a virus before it strikes.",
    "Our warehouse ships orders within two working days.",
    "std::vector<int> numbers = {1, 2, 3};",
    "The orchestra tuned, the lights went down, and nobody coughed.",
    "Interest rates rose by a quarter of a point on Thursday.",
    "Photosynthesis turns light, water and carbon dioxide into sugar and oxygen.",
    "Please restart the router and wait until the green lamp is steady.",
    "She planted beans along the fence and tomatoes against the warm wall.",
    "The defendant's lawyer asked the court for more time.",
    "What is the capital of New Zealand?",
    "Wellington is the capital of New Zealand.",
    "Turn left at the church, then take the second street on the right.",
    "A neutron star can spin hundreds of times a second.",
    "The battery lasts ten hours when the screen is dim.",
    "Refunds are paid to the card that was used for the purchase.",
    "My cat sleeps on the keyboard whenever I try to work.",
    "The kitten curled up on the laptop again.",
    "Error 0x80070005: access is denied.",
    "https://example.org/docs/install.html explains each step.",
    "Glaciers grind rock into flour so fine that it turns lakes milky blue.",
    "The novel follows three sisters through forty years of war and peace.",
    "Boil the potatoes until a knife slides in, then drain them at once.",
    "Two thirds of the survey's answers came from people under thirty.",
    "OK",
    "42",
    "The patient complained of headaches and a stiff neck.",
    "Quarterly revenue grew by 12.5 % to 3.4 billion euros.",
    "Bees tell each other with a dance where the flowers are.",
    "The tyre lost pressure slowly over the weekend.",
    "Mix one part cement with three parts sand and as little water as you can.",
    "The lighthouse keeper wrote down every ship that passed.",
    "Unsubscribe me from this newsletter.",
    "The treaty was signed in 1648 and ended thirty years of war.",
    "Check that the cable is plugged in before you call support.",
    "Salmon swim up the river in which they were born.",
};

}  // namespace

std::vector<std::string> sample_texts() {
  std::vector<std::string> texts(kSentences.begin(), kSentences.end());
  // Paragraphs: 2, 5 and 14 sentences from places all over the list.
  for (const std::size_t count : {2U, 5U, 14U}) {
    for (std::size_t first = 0; first < kSentences.size(); first += 3) {
      std::string text;
      for (std::size_t i = 0; i < count; ++i) {
        text += (i == 0 ? "" : " ") + std::string(kSentences[(first + i * 7) % kSentences.size()]);
      }
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

}  // namespace akidb::embedding::providers

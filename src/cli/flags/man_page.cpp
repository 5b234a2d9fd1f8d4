#include "cli/flags/flag.hpp"
#include "cli/flags/help.hpp"

namespace akidb::embedding::cli {
namespace {

// roff takes a backslash, a hyphen that must stay one, and a dot or quote that begins a line as its own.
std::string roff(std::string_view text) {
  std::string out;
  bool line_begins = true;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (line_begins && (c == '.' || c == '\'')) {
      out += "\\&";
      out += c;
    } else {
      out += c;
    }
    line_begins = c == '\n';
  }
  return out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  while (true) {
    const auto gap = text.find("\n\n");
    out += roff(text.substr(0, gap)) + "\n";
    if (gap == std::string_view::npos) return out;
    out += ".PP\n";
    text.remove_prefix(gap + 2);
  }
}

std::string flag_entry(const Flag& flag) {
  std::string out = ".TP\n";
  if (flag.letter != 0) out += "\\fB" + roff(std::string("-") + flag.letter) + "\\fR, ";
  out += "\\fB" + roff("--" + std::string(flag.name)) + "\\fR";
  if (flag.kind != FlagKind::toggle) out += " \\fI" + roff(flag.value_name) + "\\fR";
  out += "\n" + roff(flag.help) + ".";
  for (const auto& info : command_table()) {
    const auto help = help_of(flag, info.command);
    if (takes(info.command, flag) && help != flag.help) out += " In " + roff(info.name) + ": " + roff(help) + ".";
  }
  if (!flag.default_value.empty()) out += " Default: " + roff(flag.default_value) + ".";
  if (flag.source != FlagSource::line) out += " Environment: \\fB" + environment_name(flag) + "\\fR.";
  if (flag.commands != every_command()) {
    out += " Taken by";
    const char* separator = " ";
    for (const auto& info : command_table()) {
      if (!takes(info.command, flag)) continue;
      out += separator + std::string(info.name);
      separator = ", ";
    }
    out += ".";
  }
  return out + "\n";
}

std::string exit_codes() {
  std::string out = ".SH EXIT STATUS\n.TP\n0\nAll went well, bad lines that were skipped included.\n";
  struct Row {
    const char* code;
    const char* meaning;
  };
  for (const auto& row :
       {Row{"2", "A wrong flag, a bad input, an output that cannot be opened"},
        Row{"3", "A model or a file that is not there"}, Row{"4", "Understood, but this build cannot do it"},
        Row{"5", "A server refused the key, or asked for one"},
        Row{"6", "A device, memory, disk, port or server that cannot be had now"},
        Row{"7", "A file of the model breaks its format"}, Row{"70", "A bug of this program"},
        Row{"130", "Interrupted (Ctrl-C, SIGTERM); what was written is valid and can be resumed"}}) {
    out += std::string(".TP\n") + row.code + "\n" + roff(row.meaning) + ".\n";
  }
  return out;
}

}  // namespace

std::string man_page() {
  std::string out = ".TH AKIDB\\-EMBED 1 \"\" \"akidb-embed " AKIDB_EMBEDDING_VERSION "\" \"User Commands\"\n";
  out += ".SH NAME\nakidb\\-embed \\- turn text into vectors for a vector database\n.SH SYNOPSIS\n";
  for (const auto& info : command_table()) {
    out += "\\fBakidb\\-embed " + roff(info.name) + "\\fR";
    if (!info.arguments.empty()) out += " \\fI" + roff(info.arguments) + "\\fR";
    out += " [\\fIFLAGS\\fR]\n.br\n";
  }
  out += ".SH COMMANDS\n";
  for (const auto& info : command_table()) {
    out += ".SS " + roff(info.name) + "\n" + roff(info.summary) + ".\n.PP\n" + paragraphs(info.description);
    for (const auto& example : info.examples) {
      out += ".PP\n" + roff(example.says) + ":\n.PP\n.RS\n.nf\n" + roff(example.line) + "\n.fi\n.RE\n";
    }
  }
  out += ".SH FLAGS\nThe command line wins over the environment, and the environment over the config file.\n";
  for (const auto section : {FlagSection::input, FlagSection::output, FlagSection::request, FlagSection::model,
                             FlagSection::remote, FlagSection::network, FlagSection::limits, FlagSection::general}) {
    std::string entries;
    for (const auto& flag : flag_table()) {
      if (flag.section == section) entries += flag_entry(flag);
    }
    if (!entries.empty()) out += ".SS " + roff(section_title(section)) + "\n" + entries;
  }
  return out + exit_codes();
}

}  // namespace akidb::embedding::cli

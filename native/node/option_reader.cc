#include "node/option_reader.h"

#include <limits>

namespace rtnetlink::node {

OptionReader::OptionReader(Napi::Value options, const char* method) : method_(method) {
  if (!options.IsObject()) throw Napi::TypeError::New(options.Env(), std::string(method) + ": expected options");
  options_ = options.As<Napi::Object>();
}

double OptionReader::number(const char* name, double smallest, double largest) const {
  const Napi::Value value = options_.Get(name);
  const double number =
      value.IsNumber() ? value.As<Napi::Number>().DoubleValue() : std::numeric_limits<double>::quiet_NaN();
  if (number >= smallest && number <= largest) return number;
  reject(name, "a number from " + std::to_string(smallest) + " to " + std::to_string(largest));
}

std::string OptionReader::text(const char* name, std::size_t longest) const {
  const Napi::Value value = options_.Get(name);
  std::string text = value.IsString() ? value.As<Napi::String>().Utf8Value() : std::string(1, '\0');
  if (text.size() <= longest && text.find('\0') == std::string::npos) return text;
  reject(name, "text of at most " + std::to_string(longest) + " bytes");
}

void OptionReader::reject(const char* name, const std::string& expected) const {
  throw Napi::TypeError::New(options_.Env(), std::string(method_) + ": " + name + ": expected " + expected);
}

}  // namespace rtnetlink::node

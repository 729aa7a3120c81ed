#pragma once

#include <string>

#include "sim/base/errors.h"

namespace nzsim::test {

/// The message of the `InputError` that `action` throws, or a sentence that no error has.
template <class Action>
std::string message_of(const Action& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error was thrown";
}

}  // namespace nzsim::test

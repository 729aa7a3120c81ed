#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/config/parse.h"
#include "sim/run/sweep/expression.h"
#include "sim/run/sweep/plan_errors.h"

namespace nzsim::sweep {

/// The sweep's `where`: which axis, or which number of the machine, each of its names means.
class Condition {
 public:
  /// Takes `config.where`, which is not empty.
  explicit Condition(const SweepConfig& config);

  /// Whether a name is no axis, so that a machine is needed.
  [[nodiscard]] bool needs_machine() const { return needs_machine_; }

  /// Throws `ConfigError` at `/where` for names that neither are axes nor have a plain value in the
  /// resolved `machine`, with "did you mean".
  void check_names(const Json& machine) const;

  /// Whether `choice` meets it; `machine` is the resolved machine, null where none is needed.
  /// Throws `ExpressionError`.
  [[nodiscard]] bool holds(const Choice& choice, const Json* machine) const;

 private:
  /// What a name stands for: the workload, an axis, or a value of the machine.
  struct Binding {
    enum class Kind { workload, axis, machine };
    Kind kind = Kind::machine;
    std::size_t axis = 0;
    std::vector<std::string> tokens;
  };

  [[nodiscard]] Binding binding_of(const std::string& name) const;
  [[nodiscard]] ExpressionValue value(std::size_t name, const Choice& choice,
                                      const Json* machine) const;

  const SweepConfig& config_;
  Expression expression_;
  std::vector<Binding> bindings_;
  /// Values of the axes that have a name in it, else empty.
  std::vector<std::vector<Json>> axis_values_;
  bool needs_machine_ = false;
};

}  // namespace nzsim::sweep

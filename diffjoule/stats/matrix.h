// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "diffjoule/error/contract.h"

// A small dense matrix of doubles, row after row in one vector, so that a row is a span. It stores; the linear algebra
// is Eigen's, inside the .cpp files of this module.
namespace diffjoule::stats {

class Matrix {
 public:
  Matrix() = default;
  Matrix(std::size_t rows, std::size_t columns, double value = 0.0)
      : rows_(rows), columns_(columns), values_(rows * columns, value) {}
  Matrix(std::size_t rows, std::size_t columns, std::vector<double> values)
      : rows_(rows), columns_(columns), values_(std::move(values)) {
    expect(values_.size() == rows_ * columns_, "a matrix has rows * columns values");
  }

  [[nodiscard]] std::size_t rows() const { return rows_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }
  [[nodiscard]] const double* data() const { return values_.data(); }

  [[nodiscard]] double operator()(std::size_t row, std::size_t column) const { return values_[place(row, column)]; }
  [[nodiscard]] double& operator()(std::size_t row, std::size_t column) { return values_[place(row, column)]; }

  [[nodiscard]] std::span<const double> row(std::size_t row) const {
    expect(row < rows_, "a row of the matrix");
    return std::span(values_).subspan(row * columns_, columns_);
  }
  [[nodiscard]] std::span<double> row(std::size_t row) {
    expect(row < rows_, "a row of the matrix");
    return std::span(values_).subspan(row * columns_, columns_);
  }

 private:
  [[nodiscard]] std::size_t place(std::size_t row, std::size_t column) const {
    expect(row < rows_ && column < columns_, "an element of the matrix");
    return row * columns_ + column;
  }

  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<double> values_;
};

}  // namespace diffjoule::stats

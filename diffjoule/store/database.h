// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "diffjoule/error/result.h"
#include "diffjoule/units/units.h"

struct sqlite3;
struct sqlite3_stmt;

// SQLite behind a small face; database.cpp alone includes it. Errors name the file, say what SQLite said and what to do
// about it. A connection belongs to one thread at a time.
namespace diffjoule::store {

class Statement {
 public:
  Statement& bind(int place, std::int64_t value);
  Statement& bind(int place, double value);
  Statement& bind(int place, std::string_view text);
  Statement& bind_bytes(int place, std::string_view bytes);
  template <class T>
  Statement& bind(int place, const std::optional<T>& value) {
    return value ? bind(place, *value) : bind_null(place);
  }
  Statement& bind_null(int place);

  // True where there is a row, false at the end.
  [[nodiscard]] Result<bool> step();
  // For statements without rows.
  [[nodiscard]] Status run();
  void reset();

  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] std::optional<double> real_or_none(int column) const;
  [[nodiscard]] std::string text(int column) const;  // also a blob's bytes
  [[nodiscard]] bool is_bytes(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* s) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string path_;
  int problem_ = 0;  // of the first bind that failed
};

class Database {
 public:
  enum class Mode { create, read_write, read_only };

  // `patience`: how long a statement waits for another process's lock.
  [[nodiscard]] static Result<Database> open(const std::string& path, Mode mode, Duration patience);

  [[nodiscard]] Status execute(const std::string& statements);
  [[nodiscard]] Result<Statement> prepare(std::string_view statement);
  // The first column of the first row.
  [[nodiscard]] Result<std::int64_t> integer(const std::string& query);
  [[nodiscard]] std::int64_t last_row() const;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  struct Close {
    void operator()(sqlite3* d) const;
  };
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
};

// Rolls back unless it was committed.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin(Database& database);
  ~Transaction();
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  [[nodiscard]] Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

}  // namespace diffjoule::store

// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/database.h"

#include <sqlite3.h>

namespace diffjoule::store {
namespace {

// What a user can do about it.
std::string advice_for(int code, const std::string& path) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "free space there, or name another place with --store FILE";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return "another program is writing to it (\"fuser " + path + "\" names it): wait for it, or use --store FILE";
    case SQLITE_CORRUPT:
      return "keep a copy, then save what can be read with \"sqlite3 " + path + " .recover | sqlite3 saved.db\"";
    case SQLITE_NOTADB:
      return "it is some other file: move it away, or name another place with --store FILE";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return "see that its folder exists and that you may write there, or use --store FILE";
    case SQLITE_IOERR:
      return "the disk refused (full, over a quota, or broken): free space there, or use --store FILE";
    default:
      return "";
  }
}

ErrorCode code_for(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return ErrorCode::invalid_data;
    default:
      return ErrorCode::unavailable;
  }
}

Error error_of(const std::string& path, int code, const std::string& words) {
  const std::string advice = advice_for(code, path);
  return Error(code_for(code), "store " + path + ": " + words + (advice.empty() ? "" : "; " + advice));
}

Error error_of(const std::string& path, int code, sqlite3* database) {
  const bool own = database != nullptr && (sqlite3_errcode(database) & 0xff) == (code & 0xff);
  return error_of(path, code, own ? sqlite3_errmsg(database) : sqlite3_errstr(code));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* s) const { sqlite3_finalize(s); }

Statement& Statement::bind(int place, std::int64_t value) {
  if (const int code = sqlite3_bind_int64(statement_.get(), place, value); code != SQLITE_OK) problem_ = code;
  return *this;
}

Statement& Statement::bind(int place, double value) {
  if (const int code = sqlite3_bind_double(statement_.get(), place, value); code != SQLITE_OK) problem_ = code;
  return *this;
}

Statement& Statement::bind(int place, std::string_view text) {
  const int code = sqlite3_bind_text64(statement_.get(), place, text.empty() ? "" : text.data(), text.size(),
                                       SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) problem_ = code;
  return *this;
}

Statement& Statement::bind_bytes(int place, std::string_view bytes) {
  const int code =
      sqlite3_bind_blob64(statement_.get(), place, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  if (code != SQLITE_OK) problem_ = code;
  return *this;
}

Statement& Statement::bind_null(int place) {
  if (const int code = sqlite3_bind_null(statement_.get(), place); code != SQLITE_OK) problem_ = code;
  return *this;
}

Result<bool> Statement::step() {
  if (problem_ != 0) return tl::unexpected<Error>(error_of(path_, problem_, nullptr));
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  Error error = error_of(path_, code, sqlite3_db_handle(statement_.get()));
  sqlite3_reset(statement_.get());
  return tl::unexpected<Error>(std::move(error));
}

Status Statement::run() {
  auto stepped = step();
  if (!stepped) return forward(stepped);
  reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
}

bool Statement::is_null(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
double Statement::real(int column) const { return sqlite3_column_double(statement_.get(), column); }

std::optional<double> Statement::real_or_none(int column) const {
  return is_null(column) ? std::nullopt : std::optional<double>(real(column));
}

bool Statement::is_bytes(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_BLOB; }

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string()
                          : std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size));
}

void Database::Close::operator()(sqlite3* d) const { sqlite3_close_v2(d); }

Result<Database> Database::open(const std::string& path, Mode mode, Duration patience) {
  sqlite3* handle = nullptr;
  int flags = mode == Mode::read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
  if (mode == Mode::create) flags |= SQLITE_OPEN_CREATE;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_FULLMUTEX, nullptr);
  Database database;
  database.database_.reset(handle);
  database.path_ = path;
  if (code != SQLITE_OK) return tl::unexpected<Error>(error_of(path, code, handle));
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, static_cast<int>(patience.in(second)*1e3));
  return database;
}

Status Database::execute(const std::string& statements) {
  const int code = sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return tl::unexpected<Error>(error_of(path_, code, database_.get()));
  return {};
}

Result<Statement> Database::prepare(std::string_view statement) {
  sqlite3_stmt* handle = nullptr;
  const int code =
      sqlite3_prepare_v2(database_.get(), statement.data(), static_cast<int>(statement.size()), &handle, nullptr);
  Statement prepared;
  prepared.statement_.reset(handle);
  prepared.path_ = path_;
  if (code != SQLITE_OK) return tl::unexpected<Error>(error_of(path_, code, database_.get()));
  return prepared;
}

Result<std::int64_t> Database::integer(const std::string& query) {
  auto statement = prepare(query);
  if (!statement) return forward(statement);
  auto row = statement->step();
  if (!row) return forward(row);
  return *row ? statement->integer(0) : 0;
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(database_.get()); }

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.execute("BEGIN IMMEDIATE"); !begun) return forward(begun);
  return Transaction(database);
}

Transaction::~Transaction() {
  if (database_ != nullptr) (void)database_->execute("ROLLBACK");
}

Status Transaction::commit() {
  auto done = database_->execute("COMMIT");
  if (done) database_ = nullptr;
  return done;
}

}  // namespace diffjoule::store

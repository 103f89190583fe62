/** The tables of the shop. Amounts are whole cents; times are milliseconds since 1970; booleans are 0 or 1. */
export const tables = `
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE users (
  id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, name TEXT NOT NULL, role TEXT NOT NULL, shop TEXT,
  verified INTEGER NOT NULL, verificationCode TEXT NOT NULL, credit INTEGER NOT NULL DEFAULT 0,
  subscription TEXT NOT NULL DEFAULT 'none', subscriptionEndsAt INTEGER NOT NULL DEFAULT 0,
  subscriptionPayments INTEGER NOT NULL DEFAULT 0, trialUsed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE tokens (token TEXT PRIMARY KEY, userId TEXT NOT NULL);
CREATE TABLE products (
  id TEXT PRIMARY KEY, shop TEXT NOT NULL, name TEXT NOT NULL, price INTEGER NOT NULL, costPrice INTEGER NOT NULL,
  stock INTEGER NOT NULL);
CREATE TABLE holds (
  id TEXT PRIMARY KEY, productId TEXT NOT NULL, customerId TEXT NOT NULL, quantity INTEGER NOT NULL,
  status TEXT NOT NULL, expiresAt INTEGER NOT NULL);
CREATE TABLE carts (id TEXT PRIMARY KEY, shop TEXT NOT NULL, customerId TEXT NOT NULL, status TEXT NOT NULL);
CREATE TABLE cartItems (
  cartId TEXT NOT NULL, productId TEXT NOT NULL, quantity INTEGER NOT NULL, unitPrice INTEGER NOT NULL,
  PRIMARY KEY (cartId, productId));
CREATE TABLE coupons (code TEXT PRIMARY KEY, percent INTEGER NOT NULL, minimum INTEGER NOT NULL);
CREATE TABLE cartCoupons (cartId TEXT NOT NULL, code TEXT NOT NULL);
CREATE TABLE orders (
  id TEXT PRIMARY KEY, shop TEXT NOT NULL, customerId TEXT NOT NULL, status TEXT NOT NULL, subtotal INTEGER NOT NULL,
  discount INTEGER NOT NULL, total INTEGER NOT NULL, currency TEXT NOT NULL, paid INTEGER NOT NULL DEFAULT 0,
  refunded INTEGER NOT NULL DEFAULT 0, address TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', tracking TEXT,
  returnReason TEXT, shareId TEXT UNIQUE, createdAt INTEGER NOT NULL);
CREATE TABLE orderItems (
  orderId TEXT NOT NULL, productId TEXT NOT NULL, quantity INTEGER NOT NULL, unitPrice INTEGER NOT NULL);
CREATE TABLE payments (
  id TEXT PRIMARY KEY, customerId TEXT NOT NULL, purpose TEXT NOT NULL, idempotencyKey TEXT NOT NULL,
  amount INTEGER NOT NULL, currency TEXT NOT NULL, method TEXT NOT NULL, createdAt INTEGER NOT NULL);
CREATE TABLE invoices (
  id TEXT PRIMARY KEY, orderId TEXT NOT NULL, shop TEXT NOT NULL, customerId TEXT NOT NULL, amount INTEGER NOT NULL,
  currency TEXT NOT NULL, issuedAt INTEGER NOT NULL);
CREATE TABLE refunds (
  id TEXT PRIMARY KEY, orderId TEXT NOT NULL, shop TEXT NOT NULL, amount INTEGER NOT NULL, reason TEXT NOT NULL,
  status TEXT NOT NULL, requestedBy TEXT NOT NULL, approvedBy TEXT);
CREATE TABLE giftCards (code TEXT PRIMARY KEY, value INTEGER NOT NULL, issuedBy TEXT NOT NULL, redeemedBy TEXT);
CREATE INDEX itemsOfOrder ON orderItems (orderId);
CREATE INDEX couponsOfCart ON cartCoupons (cartId);
CREATE INDEX holdsOfProduct ON holds (productId);
`

/** What users may be. Only staff (clerk, manager, warehouse) belong to a shop. */
export const roles = ['customer', 'clerk', 'manager', 'warehouse', 'admin'] as const

/** The two shops of the marketplace. */
export const shops = ['shop-1', 'shop-2'] as const

/** The currency of every price. */
export const currency = 'EUR'

/** The people every shop starts with; all are verified. Their ids are their names. */
export const seedUsers: readonly { id: string; role: (typeof roles)[number]; shop: string | null }[] = [
  { id: 'alice', role: 'customer', shop: null },
  { id: 'bob', role: 'customer', shop: null },
  { id: 'carla', role: 'customer', shop: null },
  { id: 'wanda', role: 'warehouse', shop: 'shop-1' },
  { id: 'wilma', role: 'warehouse', shop: 'shop-2' },
  { id: 'clara', role: 'clerk', shop: 'shop-1' },
  { id: 'cleo', role: 'clerk', shop: 'shop-1' },
  { id: 'claus', role: 'clerk', shop: 'shop-2' },
  { id: 'mona', role: 'manager', shop: 'shop-1' },
  { id: 'max', role: 'manager', shop: 'shop-2' },
  { id: 'root', role: 'admin', shop: null },
]

/** The catalogue: id, shop, name, price, what it costs the shop, pieces in stock. */
export const seedProducts: readonly (readonly [string, string, string, number, number, number])[] = [
  ['prd-1', 'shop-1', 'Coffee grinder', 15900, 8200, 1000],
  ['prd-2', 'shop-1', 'Espresso cup', 1250, 380, 1000],
  ['prd-3', 'shop-1', 'Kettle', 4990, 2100, 1000],
  ['prd-4', 'shop-1', 'Signed print', 6000, 900, 1],
  ['prd-5', 'shop-2', 'Desk lamp', 7900, 3300, 1000],
  ['prd-6', 'shop-2', 'Notebook', 650, 140, 1000],
]

/** The coupons: code, percent off, least order value. */
export const seedCoupons: readonly (readonly [string, number, number])[] = [
  ['WELCOME10', 10, 2000],
  ['SUMMER20', 20, 5000],
  ['BULK30', 30, 40000],
]

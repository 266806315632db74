-- Whether an account was put under a closing afterwards, since it came to the payer later: 0 = the closing itself held it, and put it on its bill.
ALTER TABLE period_close ADD COLUMN IF NOT EXISTS covered UInt8 DEFAULT 0;

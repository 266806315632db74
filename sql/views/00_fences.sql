-- Which rows of control data count: those whose fence is not above the highest turn that is done, and not void. Whoever takes a turn voids what is open below it, so all that lies below a done one is settled.

CREATE OR REPLACE VIEW settled_fence AS
SELECT max(fence) AS fence FROM control_turn WHERE state = 'done';

CREATE OR REPLACE VIEW void_fence AS
SELECT DISTINCT fence FROM control_turn WHERE state = 'void';

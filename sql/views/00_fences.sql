-- Which rows of control data count: those whose fence is not above the highest turn that is done, and not void. Whoever takes a turn voids what is open below it, so all that lies below a done one is settled.

CREATE OR REPLACE VIEW settled_fence AS
SELECT max(fence) AS fence FROM control_turn WHERE state = 'done';

CREATE OR REPLACE VIEW void_fence AS
SELECT DISTINCT fence FROM control_turn WHERE state = 'void';

-- When what a turn wrote began to count: at its end, not when it was written.
CREATE OR REPLACE VIEW ended_turn AS
SELECT fence AS ended_fence, min(changed_at) AS ended_at FROM control_turn WHERE state = 'done' GROUP BY ended_fence;

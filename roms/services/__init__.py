"""The verbs. Each public function is one transaction; none calls another."""

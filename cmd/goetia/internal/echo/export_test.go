package echo

// Mechanisms is mechanisms, for the suite, which imports this package.
var Mechanisms = mechanisms

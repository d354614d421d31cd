namespace Mimir.Trust.Policies;

/// <summary>A policy that cannot be used as it is written. The message is one line: file, line, what is wrong there.</summary>
public sealed class PolicyException(string message) : Exception(message);

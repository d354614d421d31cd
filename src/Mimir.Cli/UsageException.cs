namespace Mimir.Cli;

/// <summary>The user asked for something that cannot be done as asked. The message is one line: what, where, what to do.</summary>
public sealed class UsageException(string message) : Exception(message);

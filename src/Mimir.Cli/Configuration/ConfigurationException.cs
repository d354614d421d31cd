namespace Mimir.Cli.Configuration;

/// <summary>
/// The configuration is wrong. The message is one line: where (file and line, environment variable or flag), which key, what is allowed.
/// </summary>
public sealed class ConfigurationException(string message) : Exception(message);

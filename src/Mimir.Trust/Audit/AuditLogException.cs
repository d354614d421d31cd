namespace Mimir.Trust.Audit;

/// <summary>A log cannot be written or read on. The message names the file and what to do.</summary>
public sealed class AuditLogException(string message) : Exception(message);

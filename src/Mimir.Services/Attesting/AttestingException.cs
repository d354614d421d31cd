namespace Mimir.Services.Attesting;

/// <summary>This machine gave no evidence. The message says which part refused and what to do.</summary>
public sealed class AttestingException(string message, Exception? inner = null) : Exception(message, inner);

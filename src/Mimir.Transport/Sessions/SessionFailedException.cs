using Mimir.Transport.Protos;

namespace Mimir.Transport.Sessions;

/// <summary>A session or the sharing of a model failed elsewhere; the message is the line that the process which noticed wrote.</summary>
public sealed class SessionFailedException(FailureKind kind, string message) : Exception(message)
{
    /// <summary>Of what kind: decides the exit code.</summary>
    public FailureKind Kind { get; } = kind;
}

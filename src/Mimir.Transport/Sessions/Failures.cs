using Grpc.Core;
using Mimir.Models;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Trust;
using Mimir.Trust.Sealing;

namespace Mimir.Transport.Sessions;

/// <summary>What an exception means to the others, and the other way round. One line, never a secret, never a stack trace.</summary>
public static class Failures
{
    private const int MaxMessage = 600;

    /// <summary>Of what kind <paramref name="error"/> is.</summary>
    public static FailureKind KindOf(Exception error) => error switch
    {
        SessionFailedException failed => failed.Kind,
        ProtocolViolation or UntrustedPeerException or SealBrokenException => FailureKind.PeerMisbehaved,
        PeerLostException => FailureKind.PeerLost,
        ModelFormatException or ArgumentException or InvalidDataException or PortInUseException => FailureKind.Usage,
        RpcException { StatusCode: StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.NotFound } => FailureKind.Usage,
        AggregateException { InnerExceptions: [var only] } => KindOf(only),
        _ => FailureKind.RunFailed,
    };

    /// <summary>
    /// Whether the model must be shared again: a failed check or sacrifice may have told a cheater something about the MAC key. A message that
    /// was refused for its form tells nothing.
    /// </summary>
    public static bool VoidsModel(Exception error) =>
        error is MacCheckFailedException or DealerCheatedException or EquivocationException or CommitmentMismatchException or OutputMismatchException;

    /// <summary>The line for the user.</summary>
    public static string MessageOf(Exception error) => OneLine(error switch
    {
        RpcException rpc => rpc.Status.Detail,
        AggregateException { InnerExceptions: [var only] } => MessageOf(only),
        ProtocolViolation or UntrustedPeerException or SealBrokenException or PeerLostException or ModelFormatException or SessionFailedException
            or ArgumentException or InvalidDataException or PortInUseException => error.Message,
        _ => $"{error.GetType().Name}: {error.Message}",
    });

    /// <summary>The report of a worker whose part of <paramref name="session"/> failed.</summary>
    public static SessionFailed Report(SessionId session, Identity reporter, Exception error, string step) => new()
    {
        Session = session.ToByteString(),
        Kind = KindOf(error),
        Reporter = reporter.ToRef(),
        Step = step,
        Message = MessageOf(error),
        ModelVoid = VoidsModel(error),
    };

    /// <summary>The report as an exception: who noticed, at which step, and what.</summary>
    public static SessionFailedException ToException(this SessionFailed failed)
    {
        var where = failed.Step.Length == 0 ? "" : $" at {failed.Step}";
        return new(failed.Kind, OneLine(failed.Reporter is null ? failed.Message : $"{failed.Reporter.Describe()}{where}: {failed.Message}"));
    }

    private static string OneLine(string text)
    {
        var line = string.Create(Math.Min(text.Length, MaxMessage), text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsControl(source[i]) ? ' ' : source[i];
        });
        return line;
    }
}

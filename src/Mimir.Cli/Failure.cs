using System.Net.Sockets;
using Grpc.Core;
using Mimir.Cli.Configuration;
using Mimir.Cli.Keeping;
using Mimir.Models;
using Mimir.Models.Store.Hub;
using Mimir.Overlay;
using Mimir.Overlay.Uapi;
using Mimir.Spdz;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Sessions;
using Mimir.Trust;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.Sealing;

namespace Mimir.Cli;

/// <summary>How an exception ends the program: its exit status and the one line that the user sees.</summary>
/// <param name="Code">See <see cref="ExitCode"/>.</param>
/// <param name="Line">Without the leading "mimir: " and without a line break.</param>
public sealed record Failure(int Code, string Line)
{
    private const int LongestLine = 1000;

    /// <summary>
    /// The failure that <paramref name="exception"/> means. Of several (an <see cref="AggregateException"/>) the gravest counts: a proof of
    /// misbehaviour before a lost peer, since the peers that are told of a violation then hang up.
    /// </summary>
    public static Failure Of(Exception exception)
    {
        var all = Flatten(exception).ToArray();
        var chosen = all.FirstOrDefault(e => e is ProtocolViolation) ?? all.FirstOrDefault(e => CodeOf(e) != ExitCode.Failed) ?? all[0];
        return new Failure(CodeOf(chosen), Describe(chosen));
    }

    private static IEnumerable<Exception> Flatten(Exception exception) => exception is AggregateException { InnerExceptions.Count: > 0 } many
        ? many.InnerExceptions.SelectMany(Flatten)
        : [exception];

    private static int CodeOf(Exception exception) => exception switch
    {
        ProtocolViolation or UntrustedPeerException or SealBrokenException => ExitCode.Misbehaviour,
        NoClusterException => ExitCode.Unreachable,
        SessionFailedException failed => failed.Kind switch
        {
            FailureKind.Usage => ExitCode.Usage,
            FailureKind.PeerMisbehaved => ExitCode.Misbehaviour,
            FailureKind.PeerLost => ExitCode.Unreachable,
            _ => ExitCode.Failed,
        },
        KeyReleaseException { Refusal: KeyRefusal.Unreachable } => ExitCode.Unreachable,
        KeyReleaseException { Refusal: KeyRefusal.Untrusted or KeyRefusal.WrongShare } => ExitCode.Misbehaviour,
        HubException hub => hub.Refusal switch
        {
            HubRefusal.Unreachable => ExitCode.Unreachable,
            HubRefusal.Untrustworthy => ExitCode.Misbehaviour,
            _ => ExitCode.Usage,
        },
        PeerLostException or TimeoutException or HttpRequestException or RpcException or UapiException => ExitCode.Unreachable,
        SocketException socket => socket.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied or SocketError.AddressNotAvailable
            ? ExitCode.Usage
            : ExitCode.Unreachable,
        UsageException or ConfigurationException or ModelFormatException or ArgumentException or InvalidDataException or PortInUseException => ExitCode.Usage,
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or OverlayException => ExitCode.Usage,
        IOException { InnerException: { } inner } => CodeOf(inner),
        DetachedFailure detached => detached.Code,
        _ => ExitCode.Failed,
    };

    private static string Describe(Exception exception)
    {
        var text = exception switch
        {
            OperationCanceledException => "stopped",
            RpcException { Status.Detail: { Length: > 0 } detail } => detail,
            OutOfMemoryException => "not enough memory; 'mimir plan' says what a model needs",
            ArgumentException { ParamName: { } name } => exception.Message.Replace($" (Parameter '{name}')", "", StringComparison.Ordinal),
            _ when CodeOf(exception) == ExitCode.Failed && !IsOurs(exception) =>
                $"{exception.Message.TrimEnd('.')} ({exception.GetType().Name}; MIMIR_DEBUG=1 shows where)",
            _ => exception.Message,
        };
        return OneLine(text);
    }

    private static bool IsOurs(Exception exception) => exception.GetType().Namespace?.StartsWith("Mimir", StringComparison.Ordinal) == true;

    /// <summary>Control characters, which could forge lines or move the cursor, become spaces.</summary>
    private static string OneLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = string.Concat(line.Select(c => char.IsControl(c) ? '?' : c));
        return line.Length > LongestLine ? line[..LongestLine] + "…" : line;
    }
}

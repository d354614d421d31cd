using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Mimir.Gateway.Hosting;

/// <summary>
/// A client that closes its sending side may still read, or may be gone: TCP says the same of both. It is given a moment in which an answer that needs no session
/// reaches it, a refusal above all; then it counts as gone, and its session ends.
/// </summary>
internal static class HalfClosed
{
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(1);

    /// <summary>Has a listener wait that moment.</summary>
    public static void Apply(ListenOptions listen) => listen.Use(next => async connection =>
    {
        var (transport, closed) = (connection.Transport, connection.ConnectionClosed);
        using var gone = new CancellationTokenSource();
        await using var registration = closed.Register(() => gone.CancelAfter(Moment));
        connection.ConnectionClosed = gone.Token;
        connection.Transport = new Duplex(new LingeringReader(transport.Input, gone.Token), transport.Output);
        await next(connection);
    });

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Mimir.Models.Transformers;
using Mimir.Services.Hosting;
using Mimir.Services.Workers;
using Mimir.Spdz;
using Mimir.Spdz.Masking;
using Mimir.Transport.Connections;
using Mimir.Transport.Protos;
using Mimir.Transport.Rpc;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Services.ModelOwners;

/// <summary>
/// The model owner's process: learns the masks A from the Triple Service, sends E = W − A (or public weights as they are) to the parties and
/// to nobody else, and ends.
/// </summary>
public static class ModelShare
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(30);

    /// <summary>Shares the model; returns when every party holds its share.</summary>
    /// <exception cref="Mimir.Models.ModelFormatException">The model cannot be read.</exception>
    /// <exception cref="SessionFailedException">A party or the Triple Service reported a failure.</exception>
    /// <exception cref="PeerLostException">A peer is gone.</exception>
    public static async Task RunAsync(ModelShareSettings settings, RoleEnvironment environment, CancellationToken cancellation)
    {
        using var model = OwnedModel.Open(settings.Model, settings.Weights, settings.WeightsKey, settings.WeightsCounter);
        var tls = settings.OpenTls(Role.ModelOwner);
        using var identity = tls.Identity;
        using var anchors = tls.Anchors;
        var address = await environment.CoordinatorAsync(settings, cancellation);
        using var channel = PeerChannel.Create(tls, address.Host, address.Port, Role.Coordinator);
        try
        {
            await ShareAsync(model, settings, tls, channel, environment, cancellation);
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw channel.Translate(error);
        }
    }

    private static async Task ShareAsync(
        OwnedModel model, ModelShareSettings settings, TlsSettings tls, PeerChannel channel, RoleEnvironment environment, CancellationToken cancellation)
    {
        var terms = new ModelTerms
        {
            Name = model.Name,
            Layout = ByteString.CopyFrom(ModelLayoutCodec.Write(model.Weights.Layout)),
            Parties = (uint)settings.Parties,
            Security = settings.Active ? SecurityLevel.Active : SecurityLevel.Passive,
            ScaleBits = (uint)settings.ScaleBits,
        };
        using var call = new Coordinator.CoordinatorClient(channel.Invoker).ShareModel(terms, cancellationToken: cancellation);
        var first = await NextAsync(call, cancellation);
        if (first.Revocations is { } revocations)
        {
            tls.Anchors.Accept(revocations.List.Memory);
            tls.Anchors.Revocations.Keep();
            first = await NextAsync(call, cancellation);
        }
        var descriptor = first.Descriptor_;
        var group = VerifiedGroup.Read(descriptor.Span, tls.Anchors, tls.Clock.GetUtcNow());
        RequireOwnTerms(group, terms, tls);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var outcome = NextAsync(call, cancellation);
        var sending = SendAsync(model, group, settings, tls, environment, stop.Token);
        if (await Task.WhenAny(sending, outcome) == outcome && !outcome.IsCompletedSuccessfully) await stop.CancelAsync();
        // A failure that a party reported says more than the broken connection that it caused here.
        if (!outcome.IsCompleted && sending.IsFaulted) await Task.WhenAny(outcome, Task.Delay(TimeSpan.FromSeconds(2), cancellation));
        if (outcome.IsCompleted) await outcome;
        await sending;
        await outcome;
        environment.Log($"model '{model.Name}' is shared with {group.Parties.Count} parties");
    }

    private static async Task SendAsync(
        OwnedModel model, VerifiedGroup group, ModelShareSettings settings, TlsSettings tls, RoleEnvironment environment, CancellationToken cancellation)
    {
        await using var connections = new Connections(cancellation);
        var dialing = group.Parties.Select(p => connections.Add(stop => PeerDialer.ConnectAsync(
            tls, new DialRequest(p.Host, p.Port, Role.Party, p.Identity.Name, Purpose.Model, group.Id) { RetryFor = ConnectWithin, ExpectedKey = p.Identity.SpkiSha256 }, stop))).ToArray();
        var streams = new List<PeerStream>();
        foreach (var dialed in dialing) streams.Add(await dialed);
        foreach (var stream in streams) await stream.WriteAsync(group.Digest, cancellation);
        var keys = await MaskKeysAsync(group, tls, cancellation);
        var percent = -1;
        var progress = new Telling(share =>
        {
            if ((int)(share * 10) * 10 is var now && now == Interlocked.Exchange(ref percent, now)) return;
            environment.Log($"sharing '{model.Name}': {percent} %");
        });
        await MaskedWeights.SendAsync(model.Weights, keys, settings.ScaleBits, streams, progress, cancellation);
        foreach (var key in keys) CryptographicOperations.ZeroMemory(key);
        foreach (var stream in streams) await stream.ReadExactlyAsync(new byte[1], cancellation);
    }

    private static async Task<byte[][]> MaskKeysAsync(VerifiedGroup group, TlsSettings tls, CancellationToken cancellation)
    {
        var service = group.TripleService;
        using var channel = PeerChannel.Create(tls, service.Host, service.GrpcPort, Role.TripleService, service.Identity.Name);
        try
        {
            var request = new ModelMaskRequest { Group = group.Id.ToByteString(), DescriptorDigest = ByteString.CopyFrom(group.Digest.Span) };
            var mask = await new TripleService.TripleServiceClient(channel.Invoker).OpenModelMaskAsync(request, cancellationToken: cancellation);
            var keys = new SealedRoutes(tls.Identity, group.Id).Open(service.Identity, SealedEnvelope.Parser.ParseFrom(mask.SealedKeys));
            const int Size = 32;
            if (keys.Length != group.Parties.Count * Size) throw new MalformedMessageException($"the Triple Service sent {keys.Length} bytes of mask keys for {group.Parties.Count} parties");
            return [.. Enumerable.Range(0, group.Parties.Count).Select(i => keys[(i * Size)..((i + 1) * Size)])];
        }
        catch (RpcException error)
        {
            cancellation.ThrowIfCancellationRequested();
            throw channel.Translate(error);
        }
    }

    /// <summary>The coordinator chooses who takes part, not what is shared.</summary>
    private static void RequireOwnTerms(VerifiedGroup group, ModelTerms terms, TlsSettings tls)
    {
        if (!group.LayoutDigest.Span.SequenceEqual(SHA256.HashData(terms.Layout.Span)) || group.Parties.Count != terms.Parties
            || group.Active != (terms.Security == SecurityLevel.Active) || group.ScaleBits != terms.ScaleBits
            || !group.ModelOwner.SpkiSha256.Span.SequenceEqual(tls.Identity.SpkiSha256.Span))
            throw new MalformedMessageException("the coordinator described another group than was asked for; nothing was sent");
    }

    private static async Task<ModelEvent> NextAsync(AsyncServerStreamingCall<ModelEvent> call, CancellationToken cancellation)
    {
        if (!await call.ResponseStream.MoveNext(cancellation)) throw new PeerLostException("the coordinator ended the sharing without saying why");
        var next = call.ResponseStream.Current;
        return next.Failed is { } failed ? throw failed.ToException() : next;
    }

    private sealed class Telling(Action<double> tell) : IProgress<double>
    {
        public void Report(double value) => tell(value);
    }
}

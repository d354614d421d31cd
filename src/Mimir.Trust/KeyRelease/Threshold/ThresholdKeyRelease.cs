using System.Security.Cryptography;
using Mimir.Trust.Sealing;

namespace Mimir.Trust.KeyRelease.Threshold;

/// <summary>
/// k-of-n release: asks all holders at once, each with evidence over its own challenge, and combines the first k genuine shares. A holder that
/// refuses, is gone or gives a wrong share is named.
/// </summary>
/// <param name="self">The requester.</param>
/// <param name="deal">What was dealt.</param>
/// <param name="sources">The holders; share i may come from any of them.</param>
/// <param name="attester">Makes the evidence.</param>
/// <param name="log">Told of each holder that gave no genuine share before k others had given theirs.</param>
public sealed class ThresholdKeyRelease(Identity self, KeyDeal deal, IReadOnlyList<IShareSource> sources, KeyAttester attester, Action<string>? log = null) : IKeyRelease
{
    /// <inheritdoc/>
    public async Task<DataKey> ReleaseAsync(string keyName, CancellationToken cancellation)
    {
        if (keyName != deal.KeyName) throw new KeyReleaseException(KeyRefusal.UnknownKey, $"the deal is of '{deal.KeyName}', not of '{keyName}'");
        using var recipient = SealingKeyPair.Generate();
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var device = new SemaphoreSlim(1);
        var shares = new List<KeyShare>();
        var refusals = new List<string>();
        var asking = sources.Select(s => AskAsync(s, recipient, AttestAsync, enough.Token)).ToList();
        try
        {
            while (asking.Count > 0 && shares.Count < deal.Threshold)
            {
                var done = await Task.WhenAny(asking);
                asking.Remove(done);
                var (share, refusal) = await done;
                cancellation.ThrowIfCancellationRequested();
                if (share is null) refusals.Add(refusal!);
                else if (shares.Any(s => s.Index == share.Index)) share.Dispose();
                else shares.Add(share);
            }
            if (shares.Count < deal.Threshold)
                throw new KeyReleaseException(KeyRefusal.TooFewShares, $"{shares.Count} of {deal.Threshold} shares of '{keyName}' came; {string.Join("; ", refusals)}");
            foreach (var refusal in refusals) log?.Invoke($"no share of '{keyName}' from {refusal}");
            return Combine(shares);
        }
        finally
        {
            await enough.CancelAsync();
            foreach (var late in asking) (await late.ContinueWith(t => t.IsCompletedSuccessfully ? t.Result.Share : null, TaskScheduler.Default))?.Dispose();
            shares.ForEach(s => s.Dispose());
        }

        // One at a time, and never broken off for having enough: a machine has one device for evidence, and a small TPM keeps what a broken-off command has loaded.
        async Task<byte[]> AttestAsync(ReadOnlyMemory<byte> publicKeyInfo, ReadOnlyMemory<byte> nonce, CancellationToken waiting)
        {
            await device.WaitAsync(waiting);
            try
            {
                return await attester(publicKeyInfo, nonce, cancellation);
            }
            finally
            {
                device.Release();
            }
        }
    }

    private DataKey Combine(List<KeyShare> shares)
    {
        var secret = deal.Combine(shares);
        try
        {
            return new DataKey(deal.KeyName, secret);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>A genuine share, or who gave none and why.</summary>
    private async Task<(KeyShare? Share, string? Refusal)> AskAsync(IShareSource source, SealingKeyPair recipient, KeyAttester attest, CancellationToken cancellation)
    {
        try
        {
            var (holder, challenge) = await source.ChallengeAsync(deal.KeyName, cancellation);
            if (challenge.Length != ShareHolder.ChallengeLength) return Refused(KeyRefusal.MalformedAnswer);
            var nonce = ReleaseClaim.BoundNonce(deal.KeyName, challenge, recipient.PublicKey.Span);
            var evidence = await attest(self.Certificate.PublicKey.ExportSubjectPublicKeyInfo(), nonce, cancellation);
            var message = await source.ReleaseAsync(deal.KeyName, new ShareAnswer(challenge, recipient.PublicKey, evidence), cancellation);
            var opened = SealedMessage.Open(self, recipient, holder, ShareHolder.Context(challenge), message);
            var share = new KeyShare(deal.KeyName, opened.Length > 0 ? opened[0] : (byte)0, opened.Length > 0 ? opened[1..] : []);
            CryptographicOperations.ZeroMemory(opened);
            if (deal.IsGenuine(share)) return (share, null);
            share.Dispose();
            return Refused(KeyRefusal.WrongShare);
        }
        catch (KeyReleaseException error)
        {
            return Refused(error.Refusal);
        }
        catch (SealBrokenException)
        {
            return Refused(KeyRefusal.NotForThisKey);
        }
        catch (OperationCanceledException)
        {
            return Refused(KeyRefusal.Unreachable);
        }

        (KeyShare?, string?) Refused(KeyRefusal refusal) => (null, $"{source.Holder}: {Audit.AuditText.Word(refusal)}");
    }
}

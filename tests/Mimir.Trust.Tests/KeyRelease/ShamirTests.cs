using CsCheck;
using Mimir.Trust.KeyRelease;
using Mimir.Trust.KeyRelease.Threshold;

namespace Mimir.Trust.Tests.KeyRelease;

public sealed class ShamirTests
{
    private static readonly Gen<(byte[] Secret, int Threshold, int Shares, int Seed)> Deals =
        Gen.Select(Gen.Byte.Array[1, 40], Gen.Int[1, 7], Gen.Int[0, 5], Gen.Int[0, 1000]).Select(t => (t.Item1, t.Item2, t.Item2 + t.Item3, t.Item4));

    [Fact]
    public void The_field_is_a_field()
    {
        Gen.Select(Gen.Byte, Gen.Byte, Gen.Byte).Sample((x, y, z) =>
        {
            Assert.Equal(Gf256.Multiply(x, y), Gf256.Multiply(y, x));
            Assert.Equal(Gf256.Multiply(x, Gf256.Multiply(y, z)), Gf256.Multiply(Gf256.Multiply(x, y), z));
            Assert.Equal(Gf256.Multiply(x, (byte)(y ^ z)), Gf256.Multiply(x, y) ^ Gf256.Multiply(x, z));
        });
        for (var x = 1; x < 256; x++) Assert.Equal(1, Gf256.Multiply((byte)x, Gf256.Inverse((byte)x)));
        // FIPS 197, section 4.2: {57}·{83} = {c1}, {57}·{13} = {fe}.
        Assert.Equal((0xc1, 0xfe), (Gf256.Multiply(0x57, 0x83), Gf256.Multiply(0x57, 0x13)));
    }

    [Fact]
    public void Any_k_shares_give_the_secret() => Deals.Sample((secret, threshold, count, seed) =>
    {
        var (deal, shares) = KeyDeal.Split("key", secret, threshold, count);
        var random = new Random(seed);
        KeyShare[] some = [.. shares.OrderBy(_ => random.Next()).Take(threshold)];
        Assert.Equal(secret, deal.Combine(some));
        if (threshold > 1) Assert.Equal(KeyRefusal.TooFewShares, Assert.Throws<KeyReleaseException>(() => deal.Combine(some[1..])).Refusal);
        if (threshold > 1) Assert.Equal(KeyRefusal.TooFewShares, Assert.Throws<KeyReleaseException>(() => deal.Combine([some[1], .. some[1..]])).Refusal);
    }, iter: 300);

    [Fact]
    public void Any_altered_share_is_named() => Gen.Select(Gen.Int[0, 4], Gen.Int[0, 31], Gen.Int[0, 7]).Sample((which, at, bit) =>
    {
        var (deal, shares) = KeyDeal.Split("key", new byte[32], 5, 5);
        shares[which].Raw[at] ^= (byte)(1 << bit);
        var error = Assert.Throws<KeyReleaseException>(() => deal.Combine(shares));
        Assert.Equal((KeyRefusal.WrongShare, true), (error.Refusal, error.Message.Contains($"share {which + 1} ", StringComparison.Ordinal)));
    }, iter: 200);

    [Fact]
    public void A_share_is_genuine_under_its_own_name_and_index_only()
    {
        var (deal, shares) = KeyDeal.Split("key", new byte[32], 2, 3);
        Assert.True(deal.IsGenuine(shares[0]));
        Assert.False(deal.IsGenuine(new KeyShare("key", 2, shares[0].Raw)));
        Assert.False(deal.IsGenuine(new KeyShare("other", 1, shares[0].Raw)));
        Assert.False(deal.IsGenuine(new KeyShare("key", 0, shares[0].Raw)));
        Assert.False(deal.IsGenuine(new KeyShare("key", 4, shares[0].Raw)));
    }

    /// <summary>Two of three bytes' worth of shares of 0 and of 255: with k - 1 shares every value occurs about as often for both secrets.</summary>
    [Fact]
    public void Fewer_than_k_shares_do_not_depend_on_the_secret()
    {
        const int Trials = 25_600;
        foreach (var secret in new byte[] { 0, 255 })
        {
            var counts = new int[256];
            for (var i = 0; i < Trials; i++) counts[Shamir.Split([secret], 2, 3)[2][0]]++;
            // Chi-squared with 255 degrees of freedom: above 400 with a probability below 2^-25.
            Assert.True(counts.Sum(c => (c - 100.0) * (c - 100.0) / 100.0) < 400);
        }
    }

    [Fact]
    public void A_wrong_deal_is_recognised_though_all_shares_are_genuine()
    {
        var (deal, shares) = KeyDeal.Split("key", new byte[32], 2, 3);
        var wrong = deal with { SecretDigest = new byte[32] };
        Assert.Equal(KeyRefusal.WrongShare, Assert.Throws<KeyReleaseException>(() => wrong.Combine([.. shares])).Refusal);
    }

    [Fact]
    public void Deal_and_shares_come_back_from_their_files()
    {
        using var folder = new TemporaryFolder();
        var (deal, shares) = KeyDeal.Split("key", Enumerable.Range(0, 32).Select(i => (byte)i).ToArray(), 2, 3);
        KeyDealFiles.Save(folder["deal"], deal);
        foreach (var share in shares) KeyDealFiles.Save(folder[$"share-{share.Index}"], share);
        var read = KeyDealFiles.LoadDeal(folder["deal"]);
        Assert.Equal(31, read.Combine([KeyDealFiles.LoadShare(folder["share-3"]), KeyDealFiles.LoadShare(folder["share-1"])])[31]);
        Assert.Throws<IOException>(() => KeyDealFiles.Save(folder["deal"], deal));
        Assert.Throws<InvalidDataException>(() => KeyDealFiles.LoadShare(folder["deal"]));
        Assert.Throws<InvalidDataException>(() => KeyDealFiles.LoadDeal(folder["share-1"]));
        Assert.Throws<InvalidDataException>(() => KeyDealFiles.LoadShare(folder["none"]));
    }
}

using CsCheck;
using Google.Protobuf;
using Mimir.Client.Joint;
using Mimir.Spdz.Programs;
using Mimir.Transport.Sessions;
using Mimir.Trust;

namespace Mimir.Client.Tests.Joint;

/// <summary>What goes from one owner to the next as text.</summary>
public sealed class JointOfferTests
{
    private static readonly SessionPlan Plan = new()
    {
        Segments = [new("ada", 5), new("ben", 32)],
        Uncertain = 31,
        Receivers = ["ben", "cyd"],
        MaxTokens = 7,
        Temperature = 0.5,
        NoiseSeed = null,
        FractionBits = 16,
        ChebyshevDegree = 2,
        AuditRate = 0.01,
        BlockSteps = 4,
    };

    private static JointOffer Offer() => new(SessionId.New(), "a model – ünïcode", SessionTermsCodec.Write(Plan, new byte[32], 3, true));

    [Fact]
    public void An_offer_is_the_same_after_its_token()
    {
        var offer = Offer();
        var token = offer.ToToken();
        Assert.All(token, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_'));
        var read = JointOffer.Parse($" {token}\n");
        Assert.Equal(offer.Session, read.Session);
        Assert.Equal(offer.Terms, read.Terms);
        Assert.Equal(offer.Model, read.Model);
        Assert.Equal([new JointPart("ada", 5), new JointPart("ben", 32)], read.Parts);
        Assert.Equal(["ben", "cyd"], read.Receivers);
        Assert.Equal((7, 0.5, 3, true), (read.MaxTokens, read.Temperature, read.Parties, read.Active));
    }

    [Fact]
    public void Only_the_last_part_has_room_to_spare()
    {
        var offer = Offer();
        Assert.True(offer.Fits(0, 5));
        Assert.False(offer.Fits(0, 4));
        Assert.True(offer.Fits(1, 1));
        Assert.True(offer.Fits(1, 32));
        Assert.False(offer.Fits(1, 33));
        Assert.False(offer.Fits(1, 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://example.org")]
    [InlineData("mimir-join-1.")]
    [InlineData("mimir-join-1.AAAA")]
    [InlineData("mimir-join-2.AAAA")]
    public void What_is_no_offer_is_refused(string token) => Assert.Throws<ArgumentException>(() => JointOffer.Parse(token));

    [Fact]
    public void An_offer_of_many_characters_is_refused_before_it_is_read() =>
        Assert.Contains("at most", Assert.Throws<ArgumentException>(() => JointOffer.Parse("mimir-join-1." + new string('A', JointOffer.LongestToken))).Message, StringComparison.Ordinal);

    [Fact]
    public void An_altered_offer_is_refused_or_read_and_nothing_else()
    {
        var token = Offer().ToToken();
        Gen.Select(Gen.Int[13, token.Length - 1], Gen.Char["AZaz09-_!é"], Gen.Int[0, token.Length]).Sample((at, c, cut) =>
        {
            try
            {
                _ = JointOffer.Parse((token[..at] + c + token[(at + 1)..])[..cut]).Parts;
            }
            catch (ArgumentException error)
            {
                Assert.NotEmpty(error.Message);
            }
        });
    }
}

using Mimir.Services.Coordination;
using Mimir.Services.Hosting;
using Mimir.Spdz.Programs;

namespace Mimir.Services.Tests.Coordination;

public sealed class PrivacyLedgerTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mimir-ledger").FullName;

    private string File => Path.Combine(_directory, "ledger");

    [Fact]
    public void What_is_spent_stays_spent_across_restarts()
    {
        var ledger = PrivacyLedger.Open(File, 10);
        ledger.Charge(["alice", "bob"], 4);
        ledger.Charge(["alice"], 5.5);
        Assert.Contains("'alice' is spent: 0.5 of epsilon are left", Assert.Throws<ArgumentException>(() => ledger.Require(["bob", "alice"], 0.6)).Message, StringComparison.Ordinal);
        var again = PrivacyLedger.Open(File, 10);
        Assert.Throws<ArgumentException>(() => again.Charge(["alice"], 0.6));
        again.Charge(["alice"], 0.5);
        Assert.Throws<ArgumentException>(() => again.Require(["alice"], 0.000001));
        again.Require(["bob", "carol"], 6);
    }

    /// <summary>Either all are charged or nobody.</summary>
    [Fact]
    public void Who_cannot_pay_keeps_the_others_from_being_charged()
    {
        var ledger = PrivacyLedger.Open(File, 2);
        ledger.Charge(["bob"], 2);
        Assert.Throws<ArgumentException>(() => ledger.Charge(["alice", "bob"], 1));
        ledger.Charge(["alice"], 2);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(1e300)]
    public void Sessions_without_a_bound_are_refused(double epsilon) =>
        Assert.Throws<ArgumentException>(() => PrivacyLedger.Open(File, 5).Charge(["alice"], epsilon));

    /// <summary>Rounded up: a million sessions of almost nothing are not free.</summary>
    [Fact]
    public void Amounts_are_rounded_up()
    {
        var ledger = PrivacyLedger.Open(File, 3e-6);
        for (var i = 0; i < 3; i++) ledger.Charge(["alice"], 1e-9);
        Assert.Throws<ArgumentException>(() => ledger.Charge(["alice"], 1e-9));
    }

    [Theory]
    [InlineData("")]
    [InlineData("mimir privacy ledger v1")]
    [InlineData("mimir privacy ledger v2\n")]
    [InlineData("mimir privacy ledger v1\nalice -1\n")]
    [InlineData("mimir privacy ledger v1\nalice 1")]
    [InlineData("mimir privacy ledger v1\nalice 1\nalice 2\n")]
    [InlineData("mimir privacy ledger v1\nAlice 1\n")]
    [InlineData("mimir privacy ledger v1\nalice 99999999999999999999\n")]
    [InlineData("mimir privacy ledger v1\n\n")]
    public void What_is_no_ledger_is_refused_and_left_alone(string content)
    {
        System.IO.File.WriteAllText(File, content);
        Assert.Contains("privacy.ledger", Assert.Throws<InvalidDataException>(() => PrivacyLedger.Open(File, 5)).Message, StringComparison.Ordinal);
        Assert.Equal(content, System.IO.File.ReadAllText(File));
    }

    [Fact]
    public void Without_a_file_nothing_is_charged()
    {
        var ledger = PrivacyLedger.Open(File, 5);
        Directory.Delete(_directory, recursive: true);
        Assert.Throws<InvalidDataException>(() => ledger.Charge(["alice"], 5));
        Directory.CreateDirectory(_directory);
        ledger.Charge(["alice"], 5);
    }

    [Theory]
    [InlineData(0, 0, 0.0, true)]
    [InlineData(1, 0, 0.0, false)]
    [InlineData(1, 0, 1.0, true)]
    [InlineData(1, 0, 1.1, false)]
    [InlineData(0, 10, 2.5, true)]
    [InlineData(0, 9.9, 2.5, false)]
    public void A_party_takes_part_within_its_limits(double token, double session, double epsilon, bool accepted)
    {
        var plan = new SessionPlan
        {
            Segments = [new PromptSegment("alice", 4)], Uncertain = 1, Receivers = ["alice"], MaxTokens = 3, Temperature = 1, NoiseSeed = null,
            FractionBits = 16, ChebyshevDegree = 2, AuditRate = 0, BlockSteps = 1, Epsilon = epsilon,
        };
        var limits = new PrivacyLimits(token, session);
        if (accepted) limits.Require(plan);
        else Assert.Throws<ArgumentException>(() => limits.Require(plan));
    }

    public void Dispose()
    {
        if (Directory.Exists(_directory)) Directory.Delete(_directory, recursive: true);
    }
}

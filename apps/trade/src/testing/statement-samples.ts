/** Account histories as terminals save them, made up after the columns that their pages have. */

/** MetaTrader 5, "Trade History Report": the Positions before the Deals have other columns and hidden cells. */
export const MT5_REPORT = `<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN">
<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-16"><title>7001: Demo - Trade History Report</title>
<style>td { mso-number-format: "\\@"; }</style></head><body><div align="center"><table cellspacing="1" cellpadding="3" border="0">
<tr align="center"><td colspan="14"><div style="font: 14pt Tahoma"><b>Trade History Report</b><br></div></td></tr>
<tr align="left"><th colspan="4" nowrap align="right">Account:</th><th colspan="10" nowrap><b>7001&nbsp;(USD, Demo&#45;Server, demo, Hedge)</b></th></tr>
<tr align="center"><th colspan="14"><div><b>Positions</b></div></th></tr>
<tr align="center" bgcolor="#E5F0FC"><td nowrap><b>Time</b></td><td nowrap><b>Position</b></td><td nowrap><b>Symbol</b></td><td nowrap><b>Type</b></td><td nowrap class="hidden" colspan="8"></td><td nowrap><b>Volume</b></td><td nowrap><b>Price</b></td><td nowrap><b>S / L</b></td><td nowrap><b>T / P</b></td><td nowrap><b>Time</b></td><td nowrap><b>Price</b></td><td nowrap><b>Commission</b></td><td nowrap><b>Swap</b></td><td nowrap colspan="2"><b>Profit</b></td></tr>
<tr bgcolor="#FFFFFF" align="right"><td>2024.03.11 10:00:00</td><td>51</td><td>EURUSD.m</td><td>buy</td><td class="hidden" colspan="8">Q-1</td><td>0.10</td><td>1.09400</td><td></td><td></td><td>2024.03.11 12:00:00</td><td>1.09500</td><td>-0.70</td><td>0.00</td><td colspan="2">10.00</td></tr>
<tr align="center"><th colspan="14" style="height: 25px"><div><b>Deals</b></div></th></tr>
<tr align="center" bgcolor="#E5F0FC"><td nowrap><b>Time</b></td><td nowrap><b>Deal</b></td><td nowrap><b>Symbol</b></td><td nowrap><b>Type</b></td><td nowrap><b>Direction</b></td><td nowrap><b>Volume</b></td><td nowrap><b>Price</b></td><td nowrap><b>Order</b></td><td nowrap class="hidden"><b>Cost</b></td><td nowrap><b>Commission</b></td><td nowrap><b>Fee</b></td><td nowrap><b>Swap</b></td><td nowrap><b>Profit</b></td><td nowrap><b>Balance</b></td><td nowrap><b>Comment</b></td></tr>
<tr bgcolor="#FFFFFF" align="right"><td>2024.03.11 09:00:00</td><td>100</td><td></td><td>balance</td><td></td><td></td><td></td><td></td><td class="hidden"></td><td>0.00</td><td>0.00</td><td>0.00</td><td>10 000.00</td><td>10 000.00</td><td>D-demo</td></tr>
<TR bgcolor=#F7F7F7 align=right><TD title="a > b">2024.03.11 10:00:00<TD>101<TD>EURUSD.m<TD>buy<TD>in<TD>0.10<TD>1.09400<TD>51<td class=hidden>x<TD>-0.35<TD>0.00<TD>0.00<TD>0.00<TD>9&nbsp;999.65<TD>Q-1</TR>
<tr bgcolor="#FFFFFF" align="right"><td>2024.03.11 12:00:00</td><td>102</td><td>EURUSD.m</td><td>sell</td><td>out</td><td>0.10</td><td>1.09500</td><td>52</td><td class="hidden"></td><td>-0.35</td><td>0.00</td><td>-0.10</td><td>10.00</td><td>10 009.20</td><td>[tp 1.09500]</td></tr>
<tr align="right"><td colspan="8"></td><td class="hidden"></td><td>-0.70</td><td>0.00</td><td>-0.10</td><td>10 010.00</td><td>10 009.20</td><td></td></tr>
<tr align="right"><td colspan="3">Balance:</td><td><b>10 009.20</b></td></tr></table></div></body></html>`;

/** MetaTrader 4, "Detailed Statement": ticket 200 was closed in two parts, 300 is open. */
export const MT4_STATEMENT = `<html><head><title>Statement: 4001 - Demo</title></head><body>
<table cellspacing=1 cellpadding=3 border=0>
<tr align=left><td colspan=2><b>Account: 4001</b></td><td colspan=5><b>Name: Demo</b></td><td colspan=2><b>Currency: USD</b></td></tr>
<tr align=left><td colspan=13><b>Closed Transactions:</b></td></tr>
<tr align=center bgcolor="#C0C0C0"><td>Ticket</td><td nowrap>Open Time</td><td>Type</td><td>Size</td><td>Item</td><td>Price</td><td>S / L</td><td>T / P</td><td nowrap>Close Time</td><td>Price</td><td>Commission</td><td>Taxes</td><td>Swap</td><td>Profit</td></tr>
<tr align=right><td title="deposit">199</td><td class=msdate nowrap>2024.03.11 09:00:00</td><td>balance</td><td colspan=10 align=left>Deposit</td><td class=mspt>5 000.00</td></tr>
<tr align=right><td title="Q-2 to #201">200</td><td class=msdate nowrap>2024.03.11 10:00:00</td><td>sell</td><td class=mspt>0.04</td><td>eurusd</td><td style="mso-number-format:0\\.00000;">1.09500</td><td>0.00000</td><td>0.00000</td><td class=msdate nowrap>2024.03.11 11:00:00</td><td>1.09400</td><td class=mspt>-0.28</td><td class=mspt>0.00</td><td class=mspt>0.00</td><td class=mspt>4.00</td></tr>
<tr align=right><td title="from #200">201</td><td class=msdate nowrap>2024.03.11 10:00:00</td><td>sell</td><td class=mspt>0.06</td><td>eurusd</td><td>1.09500</td><td>0</td><td>0</td><td class=msdate nowrap>2024.03.11 12:00:00</td><td>1.09300</td><td class=mspt>-0.42</td><td class=mspt>0.00</td><td class=mspt>-0.15</td><td class=mspt>12.00</td></tr>
<tr align=right><td title="cancelled">202</td><td>2024.03.11 12:10:00</td><td>buy limit</td><td>0.10</td><td>eurusd</td><td>1.00000</td><td>0</td><td>0</td><td>2024.03.11 13:00:00</td><td>1.09300</td><td colspan=4>cancelled</td></tr>
<tr><td colspan=10>&nbsp;</td><td>-0.70</td><td>0.00</td><td>-0.15</td><td>16.00</td></tr>
<tr align=left><td colspan=13><b>Open Trades:</b></td></tr>
<tr align=center><td>Ticket</td><td>Open Time</td><td>Type</td><td>Size</td><td>Item</td><td>Price</td><td>S / L</td><td>T / P</td><td></td><td>Price</td><td>Commission</td><td>Taxes</td><td>Swap</td><td>Profit</td></tr>
<tr align=right><td title="Q-3">300</td><td>2024.03.11 14:00:00</td><td>buy</td><td>0.10</td><td>eurusd</td><td>1.09000</td><td>1.08</td><td>0</td><td></td><td>1.09100</td><td>0.00</td><td>0.00</td><td>0.00</td><td>10.00</td></tr>
<tr><td colspan=4><b>Balance:</b></td><td><b>5 015.15</b></td><td colspan=4><b>Equity:</b></td><td>5 025.15</td></tr></table></body></html>`;

export const MT5_CSV = [
  'Time;Deal;Symbol;Type;Direction;Volume;Price;Order;Commission;Fee;Swap;Profit;Balance;Comment',
  '2024.03.11 09:00:00;100;;balance;;;;;0;0;0;10 000.00;10 000.00;"D; demo"',
  '2024.03.11 10:00:00;101;EURUSD.m;buy;in;0.10;1.09400;51;-0.35;0;0;0;9 999.65;Q-1',
  '2024.03.11 12:00:00;102;EURUSD.m;sell;out;0.10;1.09500;52;-0.35;0;-0.10;10.00;10 009.20;',
].join('\r\n');
